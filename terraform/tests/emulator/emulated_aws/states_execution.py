"""How an execution runs: real functions, short waits, StopExecution that takes effect, redrive, status events.

moto interprets the states language. Patched here are the places where it waits for ever, where it waits in
real time, and where something is missing.
"""

import copy
import json
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError
from moto.awslambda.exceptions import UnknownFunctionException
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from .calls import Call
from .eventbridge import Delivery
from .faults import Faults
from .lambda_service import Functions


class Clock:
    """How long a second of `Retry` and `Wait` lasts: tests need the order of events, not the pauses."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def scale(self, seconds: float) -> float:
        """The real duration of these seconds."""
        return seconds * self.factor


class Abandoned(BaseException):
    """The execution was stopped or timed out while a task was running. Nothing waits for the task any more."""


@dataclass
class Entry:
    """A state and its input when it was entered. A redrive starts from it."""

    name: str
    input: Any
    variables: dict[str, Any]


def install(functions: Functions, faults: Faults, delivery: Delivery, clock: Clock) -> None:
    """Patches moto's interpreter."""
    retrier_decl.time = SimpleNamespace(sleep=lambda seconds: time.sleep(clock.scale(seconds)))
    wait = WaitFunction._wait_interval
    WaitFunction._wait_interval = lambda self, env, wait_seconds: wait(self, env, clock.scale(wait_seconds))
    lambda_eval_utils._invoke_lambda_function = lambda parameters, **_: _invoke(functions, faults, parameters)
    ExecutionState._evaluate_with_timeout = _evaluate_with_timeout
    _remember_entries()
    _format_start_time()
    _announce(delivery)


def _invoke(functions: Functions, faults: Faults, parameters: dict[str, Any]) -> dict[str, Any]:
    name, event = parameters["FunctionName"], parameters.get("Payload", b"{}")
    fault = faults.take(Call("lambda", "Invoke", name, "", event))
    if fault is not None and fault.status is not None:
        raise _client_error(fault.status, fault.error, fault.message)
    try:
        failed, payload = functions.invoke(name, event, parameters.get("Qualifier"))
    except UnknownFunctionException as error:
        raise _client_error(404, "ResourceNotFoundException", str(error)) from error
    answer = {"ExecutedVersion": "$LATEST", "StatusCode": 200, "Payload": json.loads(payload or b"null")}
    return {**answer, "FunctionError": "Unhandled"} if failed else answer


def _client_error(status: int, code: str, message: str) -> ClientError:
    metadata = {"HTTPStatusCode": status, "RequestId": "00000000-0000-0000-0000-000000000000"}
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, "Invoke")


def _evaluate_with_timeout(self: ExecutionState, env: Environment) -> None:
    """As in moto, but the wait for the task ends with the execution."""
    self.timeout.eval(env=env)
    deadline = time.monotonic() + env.stack.pop()
    frame = env.open_frame()
    frame.states.reset(input_value=env.states.get_input())
    frame.stack = copy.deepcopy(env.stack)
    outcome: list[Any] = []
    done = threading.Event()

    def work() -> None:
        try:
            self._eval_execution(frame)
            outcome.append((None, frame.stack[-1]))
        except Exception as error:
            outcome.append((error, None))
        done.set()

    threading.Thread(target=work, daemon=True).start()
    while not done.wait(0.05) and env.is_running() and time.monotonic() < deadline:
        pass
    frame.set_ended()
    env.close_frame(frame)
    if not env.is_running():
        raise Abandoned
    if not outcome:
        raise EvalTimeoutError
    error, output = outcome[0]
    if error is not None:
        raise error
    env.stack.append(output)
    if not self._is_language_query_jsonpath():
        env.states.set_result(output)
    for component in (self.assign_decl, self.result_selector):
        if component:
            component.eval(env=env)
    if self.result_path:
        self.result_path.eval(env)
    else:
        env.states.reset(input_value=env.stack.pop())


def _remember_entries() -> None:
    evaluate = CommonStateField._eval_body

    def enter(self: CommonStateField, env: Environment) -> None:
        if not env.is_frame():
            variables = copy.deepcopy(env.variable_store._inner_scope)
            env.entry = Entry(self.name, env.states.get_input(), variables)
        try:
            evaluate(self, env)
        except Abandoned:
            pass
        except FailureEventException as failure:
            _record_evaluation_failure(env, failure)
            raise

    CommonStateField._eval_body = enter


def _record_evaluation_failure(env: Environment, failure: FailureEventException) -> None:
    event_type = HistoryEventType.EvaluationFailed
    history = env.event_manager._history_event_list
    if failure.failure_event.event_type == event_type and history[-1]["type"] != event_type:
        details = EventDetails(evaluationFailedEventDetails=failure.get_evaluation_failed_event_details())
        env.event_manager.add_event(context=env.event_history_context, event_type=event_type, event_details=details)


def _format_start_time() -> None:
    environment_of = ExecutionWorker._get_evaluation_environment

    def formatted(self: ExecutionWorker) -> Environment:
        env = environment_of(self)
        execution = env.states.context_object.context_object_data["Execution"]
        execution["StartTime"] = iso(execution["StartTime"])
        execution["RedriveCount"] = 0
        return env

    ExecutionWorker._get_evaluation_environment = formatted


def iso(moment: datetime) -> str:
    """A time in the format of the context object, for example `2025-03-01T09:30:00.123Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _announce(delivery: Delivery) -> None:
    reflect, start = BaseExecutionWorkerCommunication._reflect_execution_status, Execution.start

    def ended(self: BaseExecutionWorkerCommunication) -> None:
        reflect(self)
        execution, state = self.execution, self.execution.exec_worker.env.program_state()
        if isinstance(state, ProgramStopped):
            execution.error, execution.cause = state.error, state.cause
        announce_status(delivery, execution)

    def started(self: Execution) -> None:
        start(self)
        announce_status(delivery, self)

    BaseExecutionWorkerCommunication._reflect_execution_status = ended
    Execution.start = started


def announce_status(delivery: Delivery, execution: Execution) -> None:
    """The event of https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html."""
    finished = execution.status == "SUCCEEDED"
    redrivable = execution.status in ("FAILED", "TIMED_OUT", "ABORTED")
    detail = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "stateMachineVersionArn": getattr(execution, "version_arn", None),
        "stateMachineAliasArn": getattr(execution, "alias_arn", None),
        "name": execution.name,
        "status": execution.status,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": execution.execution_input,
        "output": json.dumps(execution.output) if finished else None,
        "inputDetails": {"included": True},
        "outputDetails": {"included": True} if finished else None,
        "error": execution.error,
        "cause": execution.cause,
        "redriveCount": getattr(execution, "redrive_count", 0),
        "redriveDate": _milliseconds(getattr(execution, "redrive_date", None)),
        "redriveStatus": "REDRIVABLE" if redrivable else "NOT_REDRIVABLE",
        "redriveStatusReason": None if redrivable else f"Execution is {execution.status} and cannot be redriven",
    }
    delivery.send("default", "aws.states", "Step Functions Execution Status Change", [execution.exec_arn], detail)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
