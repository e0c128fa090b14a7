"""Reads an incoming request: its service, its operation and its whole body."""

import io
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

S3_BY_QUERY = {
    ("POST", "uploads"): "CreateMultipartUpload",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("PUT", "partNumber"): "UploadPart",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("GET", "uploadId"): "ListParts",
    ("GET", "uploads"): "ListMultipartUploads",
    ("GET", "versions"): "ListObjectVersions",
    ("GET", "list-type"): "ListObjectsV2",
    ("POST", "delete"): "DeleteObjects",
    ("GET", "attributes"): "GetObjectAttributes",
    ("GET", "tagging"): "GetObjectTagging",
    ("PUT", "tagging"): "PutObjectTagging",
    ("DELETE", "tagging"): "DeleteObjectTagging",
}
S3_OBJECT = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
S3_BUCKET = {"GET": "ListObjects", "HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}


@dataclass
class Call:
    """One call of an AWS API: `service` is the name it is signed for, `operation` the API's own."""

    service: str
    operation: str
    path: str
    query: str
    body: bytes

    def mentions(self, text: str) -> bool:
        """Whether the path, the query or the body holds this text; objects in S3 are not searched."""
        in_body = self.operation not in ("PutObject", "UploadPart") and text.encode() in self.body
        return text in self.path or text in self.query or in_body

    def json(self) -> Any:
        """The body as JSON; an empty object if it is not JSON."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            return {}


def read(environ: dict[str, Any]) -> Call:
    """Reads the request and leaves it to be read again, as a body of known length."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body = stream.read()
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    service = _service(environ, path)
    return Call(service, _operation(service, environ, path, body), path, environ.get("QUERY_STRING", ""), body)


def _service(environ: dict[str, Any], path: str) -> str:
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
    if scope:
        return scope[1].lower()
    return "bedrock" if path.startswith("/model/") else "s3"


def _operation(service: str, environ: dict[str, Any], path: str, body: bytes) -> str:
    method = environ["REQUEST_METHOD"]
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.rsplit(".", 1)[-1]
    if service == "s3":
        return _s3_operation(method, environ, path)
    if path.endswith("/converse"):
        return "Converse"
    if path.endswith("/outbound-emails") and method == "POST":
        return "SendEmail"
    if path.endswith("/invocations"):
        return "Invoke"
    if action := re.match(rb"(?:.*&)?Action=(\w+)", body):
        return action[1].decode()
    return f"{method} {path}"


def _s3_operation(method: str, environ: dict[str, Any], path: str) -> str:
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    for (of_method, parameter), operation in S3_BY_QUERY.items():
        if method == of_method and parameter in query:
            return operation
    if method == "PUT" and "HTTP_X_AMZ_COPY_SOURCE" in environ:
        return "CopyObject"
    is_object = len(path.strip("/").split("/", 1)) > 1
    return (S3_OBJECT if is_object else S3_BUCKET).get(method, method)
