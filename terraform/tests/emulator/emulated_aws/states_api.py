"""The Step Functions API where moto's answers differ from AWS's or are missing."""

import base64
import json
import time
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import ExecutionDoesNotExist, InvalidExecutionInput
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from .eventbridge import Delivery
from .states_redrive import redrive


def install(delivery: Delivery) -> None:
    """Patches moto's Step Functions API."""
    StepFunctionsParserBackend.start_execution = start_execution
    for operation in (
        describe_execution,
        get_execution_history,
        list_executions,
        list_state_machine_versions,
        stop_execution,
        validate_state_machine_definition,
    ):
        setattr(StepFunctionResponse, operation.__name__, operation)

    def redrive_execution(self: StepFunctionResponse) -> ActionResult:
        execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
        return ActionResult({"redriveDate": redrive(execution, delivery)})

    StepFunctionResponse.redrive_execution = redrive_execution


def resolve(backend: StepFunctionsParserBackend, arn: str) -> tuple[Any, str, str | None, str | None]:
    """The state machine behind an ARN, which may be a version's or an alias's: machine, definition, version, alias."""
    parts = arn.split(":")
    machine = backend.describe_state_machine(":".join(parts[:7]))
    if len(parts) == 7:
        return machine, machine.definition, None, None
    if parts[7].isdigit():
        return machine, backend.describe_state_machine(arn).definition, arn, None
    alias = backend.describe_state_machine_alias(arn)
    version = alias.routing_configuration[0]["stateMachineVersionArn"]
    return machine, backend.describe_state_machine(version).definition, version, arn


def start_execution(
    self: StepFunctionsParserBackend,
    state_machine_arn: str,
    name: str | None = None,
    execution_input: str | None = None,
    trace_header: str | None = None,
) -> Execution:
    """As on AWS: a name is given if there is none, and an alias runs the version that it points to."""
    machine, definition, version_arn, alias_arn = resolve(self, state_machine_arn)
    name, document = name or str(uuid.uuid4()), execution_input or "{}"
    self._validate_name(name)
    try:
        json.loads(document)
    except ValueError as error:
        raise InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from error
    known = machine._handle_name_input_idempotency(name, document)
    if known is not None:
        return known
    snapshot = SimpleNamespace(arn=machine.arn, name=machine.name, sm_type=machine.sm_type, definition=definition)
    execution = Execution(
        name=name,
        sm_type=machine.sm_type,
        role_arn=machine.roleArn,
        exec_arn=f"{machine.arn.replace(':stateMachine:', ':execution:')}:{name}",
        account_id=self.account_id,
        region_name=self.region_name,
        state_machine=snapshot,
        start_date=datetime.now(UTC),
        cloud_watch_logging_session=None,
        activity_store={},
        input_data=document,
        trace_header=trace_header,
    )
    execution.version_arn, execution.alias_arn = version_arn, alias_arn
    machine.executions.append(execution)
    execution.start()
    return execution


def describe_execution(self: StepFunctionResponse) -> ActionResult:
    """With the stop date of every finished execution, and its redrives."""
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    answer = {**_summary(execution), "input": execution.execution_input, "inputDetails": {"included": True}}
    if execution.status == "SUCCEEDED":
        answer |= {"output": json.dumps(execution.output), "outputDetails": {"included": True}}
    redrivable = execution.status in ("FAILED", "TIMED_OUT", "ABORTED")
    answer |= {"redriveStatus": "REDRIVABLE" if redrivable else "NOT_REDRIVABLE"}
    if not redrivable:
        answer["redriveStatusReason"] = f"Execution is {execution.status} and cannot be redriven"
    for field in ("error", "cause"):
        if (value := getattr(execution, field)) is not None:
            answer[field] = value
    return ActionResult(answer)


def _summary(execution: Execution) -> dict[str, Any]:
    summary = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "stateMachineVersionArn": execution.version_arn,
        "stateMachineAliasArn": execution.alias_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "stopDate": execution.stop_date,
        "redriveCount": getattr(execution, "redrive_count", 0),
        "redriveDate": getattr(execution, "redrive_date", None),
    }
    return {name: value for name, value in summary.items() if value is not None}


def list_executions(self: StepFunctionResponse) -> ActionResult:
    """Of a state machine, a version or an alias; latest first."""
    arn = self._get_param("stateMachineArn")
    machine, _, version_arn, alias_arn = resolve(self.stepfunction_backend, arn)
    status, redriven = self._get_param("statusFilter"), self._get_param("redriveFilter")
    chosen = [
        execution
        for execution in sorted(machine.executions, key=lambda each: each.start_date, reverse=True)
        if (not status or execution.status == status)
        and (alias_arn is None or execution.alias_arn == alias_arn)
        and (alias_arn is not None or version_arn is None or execution.version_arn == version_arn)
        and (not redriven or (redriven == "REDRIVEN") == (getattr(execution, "redrive_count", 0) > 0))
    ]
    page, token = _page(chosen, self._get_int_param("maxResults"), self._get_param("nextToken"))
    return ActionResult({"executions": [_summary(execution) for execution in page], "nextToken": token})


def get_execution_history(self: StepFunctionResponse) -> ActionResult:
    """In either order, by pages, with or without inputs and outputs."""
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    events = execution.to_history_output()["events"]
    for event in events:
        event["timestamp"] = datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00"))
    if self._get_param("reverseOrder"):
        events.reverse()
    if self._get_param("includeExecutionData", True) is False:
        for details in (value for event in events for value in event.values() if isinstance(value, dict)):
            for field in ("input", "output", "parameters"):
                details.pop(field, None)
    page, token = _page(events, self._get_int_param("maxResults"), self._get_param("nextToken"))
    return ActionResult({"events": page, "nextToken": token})


def _page(items: list[Any], limit: int | None, token: str | None) -> tuple[list[Any], str | None]:
    start = int(base64.b64decode(token)) if token else 0
    end = start + (limit or 1000 if limit != 0 else 1000)
    return items[start:end], base64.b64encode(str(end).encode()).decode() if end < len(items) else None


def list_state_machine_versions(self: StepFunctionResponse) -> ActionResult:
    """Latest first."""
    machine, *_ = resolve(self.stepfunction_backend, self._get_param("stateMachineArn"))
    versions = sorted(machine.versions.values(), key=lambda each: each.version, reverse=True)
    listed = [{"stateMachineVersionArn": each.arn, "creationDate": each.creation_date} for each in versions]
    return ActionResult({"stateMachineVersions": listed})


def stop_execution(self: StepFunctionResponse) -> ActionResult:
    """Takes effect before it answers. The task that is running goes on by itself."""
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    if execution is None:
        raise ExecutionDoesNotExist(f"Execution Does Not Exist: '{self._get_param('executionArn')}'")
    give_up = time.monotonic() + 5
    while execution.exec_worker.env is None and time.monotonic() < give_up:
        time.sleep(0.01)
    execution.stop(datetime.now(UTC), self._get_param("error"), self._get_param("cause"))
    while execution.status == "RUNNING" and time.monotonic() < give_up:
        time.sleep(0.01)
    return ActionResult({"stopDate": execution.stop_date or datetime.now(UTC)})


def validate_state_machine_definition(self: StepFunctionResponse) -> ActionResult:
    """Whether moto's parser accepts the definition."""
    try:
        self.stepfunction_backend._validate_definition(self._get_param("definition"))
    except Exception as error:
        found = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": str(error)}
        return ActionResult({"result": "FAIL", "diagnostics": [found], "truncated": False})
    return ActionResult({"result": "OK", "diagnostics": [], "truncated": False})
