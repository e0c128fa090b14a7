"""S3 as a bucket under SSE-KMS behaves: opaque ETags, stored checksums, events on EventBridge.

moto's ETags are MD5s, by which a re-drop of the same bytes would be recognised by accident. It keeps a checksum
only if the client named one, and verifies none. It reports a multipart upload twice. It does not give back that
EventBridge is on, and does not encode keys in a listing of versions. It takes a Deny with a Condition for a
Deny of everything.
"""

import base64
import json
import re
import secrets
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from moto.iam.access_control import PermissionResult
from moto.s3 import notifications
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, FakeKey, FakeMultipart, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import compute_checksum

from . import ACCOUNT_ID
from .eventbridge import Delivery

REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject"}


def install(delivery: Delivery) -> None:
    """Patches moto's S3."""
    _patch_etags()
    _patch_checksums()
    _patch_policy()

    def send_event(_account: str, event_name: Any, bucket: FakeBucket, key: FakeKey) -> None:
        _announce(delivery, event_name, bucket, key)

    notifications.send_event = send_event
    _patch_listing()
    describe = S3Response.get_bucket_notification

    def with_eventbridge(self: S3Response) -> Any:
        status, headers, body = describe(self)
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if configuration is not None and configuration.event_bridge is not None:
            root = ElementTree.fromstring(body)
            namespace = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
            ElementTree.SubElement(root, f"{namespace}EventBridgeConfiguration")
            body = ElementTree.tostring(root)
        return status, headers, body

    S3Response.get_bucket_notification = with_eventbridge


def _patch_etags() -> None:
    put_object, complete = S3Backend.put_object, FakeMultipart.complete

    def put_with_opaque_etag(self: S3Backend, *args: Any, **options: Any) -> FakeKey:
        options["etag"] = options.get("etag") or secrets.token_hex(16)
        key = put_object(self, *args, **options)
        key.checksum_type = "FULL_OBJECT"
        if not options.get("checksum_value"):
            _keep_checksum(key)
        return key

    def complete_with_opaque_etag(self: FakeMultipart, body: Any) -> Any:
        value, etag, checksum = complete(self, body)
        parts = etag.rsplit("-", 1)[-1]
        return value, f"{secrets.token_hex(16)}-{parts}", checksum

    S3Backend.put_object = put_with_opaque_etag
    FakeMultipart.complete = complete_with_opaque_etag


def _keep_checksum(key: FakeKey) -> None:
    key.checksum_algorithm, key.checksum_type = "CRC64NVME", "FULL_OBJECT"
    key.checksum_value = compute_checksum(key.value, "CRC64NVME").decode()


def _patch_checksums() -> None:
    """A checksum that came with the bytes must match them. Without one, S3 computes CRC64NVME itself."""
    get_checksum, head = S3Response._get_checksum, S3Response.head_object
    complete, copy = S3Backend.complete_multipart_upload, S3Backend.copy_object

    def verified(self: S3Response, response_headers: dict[str, Any]) -> tuple[str, str | None]:
        algorithm, given = _given_checksum(self)
        if algorithm and given:
            if compute_checksum(self.body or b"", algorithm).decode() != given:
                told = f"The {algorithm} you specified did not match the calculated checksum."
                raise S3ClientError("BadDigest", told)
            response_headers[f"x-amz-checksum-{algorithm.lower()}"] = given
            return algorithm, given
        if algorithm := self.headers.get("x-amz-sdk-checksum-algorithm"):
            return get_checksum(self, response_headers)
        return "", None

    def complete_with_checksum(self: S3Backend, *args: Any, **options: Any) -> FakeKey | None:
        key = complete(self, *args, **options)
        if key is not None and (not key.checksum_algorithm or key.checksum_type is None):
            _keep_checksum(key)
        return key

    def copy_with_checksum(self: S3Backend, src_key: FakeKey, *args: Any, **options: Any) -> None:
        copy(self, src_key, *args, **options)
        bucket, name = (args + (None, None))[:2]
        target = self.get_object(options.get("dest_bucket_name", bucket), options.get("dest_key_name", name))
        _keep_checksum(target)

    def head_with_type(self: S3Response, *args: Any, **options: Any) -> Any:
        status, headers, body = head(self, *args, **options)
        if any(name.startswith("x-amz-checksum-") for name in headers):
            headers.setdefault("x-amz-checksum-type", "FULL_OBJECT")
        return status, headers, body

    S3Response.head_object = head_with_type
    S3Response._get_checksum = verified
    S3Backend.complete_multipart_upload = complete_with_checksum
    S3Backend.copy_object = copy_with_checksum


def _given_checksum(response: S3Response) -> tuple[str, str | None]:
    for algorithm in ("CRC64NVME", "CRC32", "SHA256", "SHA1"):
        header = f"x-amz-checksum-{algorithm.lower()}"
        if value := response.headers.get(header):
            return algorithm, value
        if response.headers.get("x-amz-trailer", "").lower() == header:
            found = re.search(rb"\r\n" + header.encode() + rb":([A-Za-z0-9+/=]+)", response.raw_body)
            return algorithm, found[1].decode() if found else None
    return "", None


def _patch_policy() -> None:
    """Statements with a Condition are left out: moto does not read conditions (README: what is not proven)."""
    get_permission = FakeBucket.get_permission

    def unconditional(self: FakeBucket, action: str, resource: str) -> Any:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        whole = self.policy
        document = json.loads(whole)
        document["Statement"] = [each for each in document["Statement"] if not each.get("Condition")]
        if not document["Statement"]:
            return PermissionResult.NEUTRAL
        self.policy = json.dumps(document).encode()
        try:
            return get_permission(self, action, resource)
        finally:
            self.policy = whole

    FakeBucket.get_permission = unconditional


def _patch_listing() -> None:
    list_versions = S3Response.list_object_versions

    def encoded(self: S3Response) -> Any:
        status, headers, body = list_versions(self)
        if self.querystring.get("encoding-type") != ["url"]:
            return status, headers, body
        root = ElementTree.fromstring(body)
        namespace = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
        for name in ("Key", "Prefix", "KeyMarker", "NextKeyMarker", "Delimiter"):
            for element in root.iter(f"{namespace}{name}"):
                element.text = quote(element.text or "", safe="/")
        ElementTree.SubElement(root, f"{namespace}EncodingType").text = "url"
        return status, headers, ElementTree.tostring(root)

    S3Response.list_object_versions = encoded


def _announce(delivery: Delivery, event_name: Any, bucket: FakeBucket, key: FakeKey) -> None:
    configuration = bucket.notification_configuration
    if configuration is None or configuration.event_bridge is None:
        return
    kind, _, reason = str(event_name.value).removeprefix("s3:").partition(":")
    if kind != "ObjectCreated" or (reason == "Put" and key.multipart is not None):
        return
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": {
            "key": key.name,
            "size": key.size,
            "etag": key.etag.strip('"'),
            "sequencer": secrets.token_hex(9).upper(),
        },
        "request-id": base64.b32encode(secrets.token_bytes(10)).decode(),
        "requester": ACCOUNT_ID,
        "source-ip-address": "127.0.0.1",
        "reason": REASONS.get(reason, reason),
    }
    if key.version_id != "null":
        detail["object"]["version-id"] = key.version_id
    delivery.send("default", "aws.s3", "Object Created", [bucket.arn], detail)
