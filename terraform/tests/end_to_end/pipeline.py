"""The deployed pipeline as its users and operators see it: drop a file, look at the results."""

import base64
import email
import email.message
import email.policy
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from boto3.dynamodb.types import TypeDeserializer
from domain_events import check_domain_event
from emulator import Emulator

# Much longer than it takes on an idle machine.
PATIENCE_SECONDS = 240


@dataclass
class Run:
    """One execution: its status and its history."""

    arn: str
    status: str
    input: dict[str, Any]
    output: dict[str, Any] | None
    error: str | None
    cause: str | None
    events: list[dict[str, Any]]

    @property
    def name(self) -> str:
        """The execution's name, which is the run's correlation id where it claimed first."""
        return self.arn.rsplit(":", 1)[-1]

    @property
    def states(self) -> list[str]:
        """The states in the order in which they were entered."""
        entered = (event.get("stateEnteredEventDetails") for event in self.events)
        return [details["name"] for details in entered if details]

    @property
    def failures(self) -> list[str]:
        """The errors of the tasks' failed attempts, in order."""
        failed = (event.get("taskFailedEventDetails") for event in self.events)
        return [details["error"] for details in failed if details]


class Pipeline:
    """One deployment, known by its Terraform outputs."""

    def __init__(self, emulator: Emulator, outputs: dict[str, Any], name: str, model_id: str) -> None:
        self.emulator, self.outputs, self.name, self.model_id = emulator, outputs, name, model_id
        self.bucket: str = outputs["bucket"]
        self.machine: str = outputs["state_machine_arn"]
        self.s3 = emulator.client("s3")
        self.states = emulator.client("stepfunctions")
        self.dynamodb = emulator.client("dynamodb")

    # Files in and out.

    def put(self, key: str, body: bytes) -> str:
        """Uploads a file; returns its version."""
        return self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)["VersionId"]

    def drop(self, key: str, body: bytes) -> Run:
        """Uploads a file and waits for the execution that the rule starts to end."""
        return self.wait(self.started_for(key, self.put(key, body)))

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def json(self, key: str) -> Any:
        """An object as JSON."""
        return json.loads(self.get(key))

    def head(self, key: str) -> dict[str, Any]:
        """An object's headers, with its checksum."""
        return self.s3.head_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def leftovers(self) -> list[str]:
        """What no run may leave behind: staged objects (any version) and unfinished uploads."""
        versions = self.s3.list_object_versions(Bucket=self.bucket, Prefix="staging/")
        uploads = self.s3.list_multipart_uploads(Bucket=self.bucket)
        found = versions.get("Versions", []) + versions.get("DeleteMarkers", []) + uploads.get("Uploads", [])
        return [each["Key"] for each in found]

    # Executions.

    def start(self, document: dict[str, Any], machine: str | None = None) -> str:
        """Starts an execution by hand; returns its ARN."""
        target = machine or self.machine
        return self.states.start_execution(stateMachineArn=target, input=json.dumps(document))["executionArn"]

    def started_for(self, key: str, version_id: str) -> str:
        """The execution that the event of this version started; waits for it."""

        def found() -> str | None:
            for execution in self._executions():
                document = json.loads(self.states.describe_execution(executionArn=execution)["input"])
                dropped = document.get("detail", {}).get("object", {})
                if (dropped.get("key"), dropped.get("version-id")) == (key, version_id):
                    return execution
            return None

        return self.until(found, f"an execution for {key}")

    def _executions(self) -> list[str]:
        pages = self.states.get_paginator("list_executions").paginate(stateMachineArn=self.machine)
        return [each["executionArn"] for page in pages for each in page["executions"]][:20]

    def wait(self, arn: str) -> Run:
        """Waits for the execution's end."""
        self.until(lambda: self.states.describe_execution(executionArn=arn)["status"] != "RUNNING", arn)
        return self.run(arn)

    def run(self, arn: str) -> Run:
        """The execution as it is now."""
        told = self.states.describe_execution(executionArn=arn)
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=arn)
        return Run(
            arn=arn,
            status=told["status"],
            input=json.loads(told["input"]),
            output=json.loads(told["output"]) if "output" in told else None,
            error=told.get("error"),
            cause=told.get("cause"),
            events=[event for page in pages for event in page["events"]],
        )

    # What a run leaves besides objects.

    def ledger(self, run: Run) -> dict[str, Any]:
        """The ledger's record of the run's file."""
        records = (item for item in self.items("ledger_table") if is_record(item))
        return next(item for item in records if run.name in (item["correlation_id"], item["owner_name"]))

    def items(self, table: str) -> list[dict[str, Any]]:
        """All items of a table. The name is that of the Terraform output."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.outputs[table], ConsistentRead=True)
        read = TypeDeserializer().deserialize
        return [{name: read(value) for name, value in item.items()} for page in pages for item in page["Items"]]

    def mail_marks(self, run: Run) -> list[dict[str, Any]]:
        """The send log's items of a run."""
        return [item for item in self.items("send_log_table") if run.name in item["pk"]]

    def mails(self, run: Run) -> list[email.message.EmailMessage]:
        """The mails that name the run's execution."""
        found = []
        for mail in self.emulator.mails():
            message = email.message_from_bytes(base64.b64decode(mail["raw_base64"]), policy=email.policy.default)
            if any(run.name in body or quote(run.arn, safe="") in body for body in bodies(message).values()):
                found.append(message)
        return found

    def domain_events(self, run: Run) -> list[dict[str, Any]]:
        """The domain events about a run, in order; each must be what its published schema says."""
        about = [event for event in self.emulator.events() if event["detail"].get("correlation_id") == run.name]
        for event in about:
            assert event["event_bus"] == self.outputs["event_bus"]
            check_domain_event(event["detail_type"], event["detail"])
        return about

    def logs(self, step: str) -> list[dict[str, Any]]:
        """The lines of a step's log; each must be JSON."""
        return [json.loads(line) for line in self.emulator.logs(f"{self.name}-{step}")]

    def until(self, condition: Any, what: str) -> Any:
        """Waits until a function returns something true, and returns that."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not (result := condition()):
            assert time.monotonic() < give_up, f"waited {PATIENCE_SECONDS} s for {what}"
            time.sleep(0.03)
        return result


def is_record(item: dict[str, Any]) -> bool:
    """Whether a ledger item is the record of a file's content."""
    return item["pk"].startswith("content#")


def bodies(message: email.message.EmailMessage) -> dict[str, str]:
    """A mail's bodies by content type."""
    texts = (part for part in message.walk() if part.get_content_maintype() == "text" and not part.get_filename())
    return {part.get_content_type(): part.get_content() for part in texts}
