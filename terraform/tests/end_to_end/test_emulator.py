"""What the clients of the emulated AWS rely on."""

import socket
from urllib.parse import urlsplit

import pytest
from emulator import Emulator

# Of each protocol one: REST with XML, JSON, query with XML, REST with JSON, and the control plane.
REQUESTS = {
    "s3": ("GET", "/", "", ""),
    "dynamodb": ("POST", "/", "DynamoDB_20120810.ListTables", "{}"),
    "sns": ("POST", "/", "", "Action=ListTopics&Version=2010-03-31"),
    "lambda": ("GET", "/2015-03-31/functions/", "", ""),
    "emulator": ("GET", "/_emulator/events", "", ""),
}


@pytest.mark.parametrize("service", REQUESTS)
def test_an_answer_comes_in_one_piece(emulator: Emulator, service: str) -> None:
    method, path, target, body = REQUESTS[service]
    address = urlsplit(emulator.endpoint)
    request = "\r\n".join(
        [
            f"{method} {path} HTTP/1.1",
            f"Host: {address.netloc}",
            f"Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request",
            *(["Content-Type: application/x-www-form-urlencoded"] if body.startswith("Action=") else []),
            *([f"X-Amz-Target: {target}"] if target else []),
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
    )
    # Two pieces may come together by chance, but not each time.
    for _ in range(20):
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(request.encode())
            first = connection.recv(1 << 20)
            head, body_of_first = first.split(b"\r\n\r\n", 1)
            assert head.startswith(b"HTTP/1.1 200 "), head
            length = next(line for line in head.lower().splitlines() if line.startswith(b"content-length:"))
            assert len(body_of_first) == int(length.split(b":")[1]), first


def test_a_client_may_ask_before_it_sends_its_body(emulator: Emulator) -> None:
    address = urlsplit(emulator.endpoint)
    head = f"PUT /bucket/key HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1 << 10).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"abc")
