"""One execution environment of a function: a process and the Runtime API that it talks to.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Each environment has a port of its own, so
that the process is told `host:port`, just as on AWS.
"""

import json
import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Result = tuple[bool, bytes]


@dataclass
class Invocation:
    """One event on its way through an environment."""

    request_id: str
    event: bytes
    deadline: float


class Environment:
    """A process that serves one invocation after another until it dies, times out or is stopped."""

    def __init__(
        self, command: Path, variables: dict[str, str], arn: str, scratch: Path, log: Callable[[str], None]
    ) -> None:
        self.arn = arn
        self.busy = False
        self._next: queue.SimpleQueue[Invocation] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._taken = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        scratch.mkdir(parents=True, exist_ok=True)
        host, port = self._server.server_address[:2]
        # The function inherits none of this process's environment variables.
        own = {"AWS_LAMBDA_RUNTIME_API": f"{host}:{port}", "TMPDIR": str(scratch)}
        self._process = subprocess.Popen(
            [command],
            cwd=command.parent,
            env={**variables, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._read_log, args=(log,), daemon=True).start()

    def alive(self) -> bool:
        """Whether it can take another event."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Ends the process at once, as a crash would."""
        if self.alive():
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Ends the process and its Runtime API."""
        self.kill()
        self._process.wait()
        threading.Thread(target=self._server.shutdown, daemon=True).start()
        self._server.server_close()

    def invoke(self, event: bytes, timeout_seconds: float, kill_after_ms: int | None = None) -> Result:
        """Whether the function failed, and its answer or the error as Lambda words it."""
        request_id = str(uuid.uuid4())
        self._taken.clear()
        self._next.put(Invocation(request_id, event, time.time() + timeout_seconds))
        if kill_after_ms is not None:
            threading.Thread(target=self._kill_later, args=(kill_after_ms,), daemon=True).start()
        try:
            kind, value = self._outcomes.get(timeout=timeout_seconds)
        except queue.Empty:
            self.kill()
            return _error("Sandbox.Timedout", request_id, f"Task timed out after {timeout_seconds:.2f} seconds")
        if kind == "exit":
            reason = (
                f"signal: {(signal.strsignal(-value) or str(-value)).lower()}" if value < 0 else f"exit status {value}"
            )
            return _error("Runtime.ExitError", request_id, f"Runtime exited with error: {reason}")
        return kind == "error", value

    def _kill_later(self, after_ms: int) -> None:
        self._taken.wait(10)
        time.sleep(after_ms / 1000)
        self.kill()

    def _read_log(self, log: Callable[[str], None]) -> None:
        for line in self._process.stdout:
            log(line.decode("utf-8", "replace").rstrip("\n"))
        self._outcomes.put(("exit", self._process.wait()))

    def take(self) -> Invocation:
        """The next event; waits for one."""
        invocation = self._next.get()
        self._taken.set()
        return invocation

    def finish(self, kind: str, body: bytes) -> None:
        """The runtime's answer: `response` or `error`."""
        self._outcomes.put((kind, body))


def _error(error_type: str, request_id: str, message: str) -> Result:
    document = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {message}"}
    return True, json.dumps(document).encode()


def _handler(environment: Environment) -> type[BaseHTTPRequestHandler]:
    class RuntimeApi(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """The runtime asks for the next event."""
            invocation = environment.take()
            trace = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"
            headers = {
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": environment.arn,
                "Lambda-Runtime-Trace-Id": trace,
                "Content-Type": "application/json",
            }
            self._answer(200, invocation.event, headers)

        def do_POST(self) -> None:
            """The runtime answers, or reports an error."""
            body = self._body()
            self._answer(202, b'{"status":"OK"}', {"Content-Type": "application/json"})
            environment.finish("response" if self.path.endswith("/response") else "error", body)

        def _body(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Logs nothing."""

    return RuntimeApi
