"""RedriveExecution: an unsuccessful execution goes on at the state that it stopped in.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html: same ARN, input and
definition, the history goes on, completed states are not run again, retries count anew.
"""

import copy
import threading
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import AWSError
from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.backend.execution import Execution

from .eventbridge import Delivery
from .states_execution import announce_status, iso


class ExecutionNotRedrivable(AWSError):
    """The execution cannot be redriven: it is running, or it has succeeded."""

    TYPE = "ExecutionNotRedrivable"
    STATUS = 400


def redrive(execution: Execution, delivery: Delivery) -> datetime:
    """Starts it again. Returns the time of the redrive."""
    if execution.status not in ("FAILED", "TIMED_OUT", "ABORTED"):
        raise ExecutionNotRedrivable(f"Execution is {execution.status} and cannot be redriven")
    before = execution.exec_worker.env
    execution.redrive_count = getattr(execution, "redrive_count", 0) + 1
    execution.redrive_date = datetime.now(UTC)
    execution.exec_status = ExecutionStatus.RUNNING
    execution.stop_date = execution.error = execution.cause = None
    announce_status(delivery, execution)
    env = _environment(execution, before)
    threading.Thread(target=_run, args=(execution, env, before.entry.name), daemon=True).start()
    return execution.redrive_date


def _environment(execution: Execution, before: Environment) -> Environment:
    worker = execution.exec_worker
    env = worker._get_evaluation_environment()
    env.event_manager, env.event_history_context = before.event_manager, before.event_history_context
    env.variable_store._inner_scope.update(copy.deepcopy(before.entry.variables))
    env.states.reset(before.entry.input)
    context: dict[str, Any] = env.states.context_object.context_object_data["Execution"]
    context["RedriveCount"], context["RedriveTime"] = execution.redrive_count, iso(execution.redrive_date)
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.ExecutionRedriven,
        event_details={"executionRedrivenEventDetails": {"redriveCount": execution.redrive_count}},
    )
    worker.env = env
    return env


def _run(execution: Execution, env: Environment, state: str) -> None:
    worker = execution.exec_worker
    program = worker._get_evaluation_entrypoint()
    # The definition is parsed anew for each run, so that this start belongs to this run alone.
    program.start_at.start_at_name = state
    program.eval(env)
    worker._execution_communication.terminated()
