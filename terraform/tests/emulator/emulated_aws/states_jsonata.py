"""JSONata for moto's Step Functions, which has no evaluator of its own: jsonata-python.

Values are bound to variables. moto would paste them into the expression, where a quote in a key would end a string.
"""

import json
from typing import Any

from jsonata import Jsonata, Utils
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails


def install() -> None:
    """Takes the evaluation of `{% … %}` over from moto."""

    def evaluate(self: StringJSONata, env: Environment) -> None:
        env.stack.append(_evaluate(env, self.expression))

    StringJSONata._eval_body = evaluate


def _evaluate(env: Environment, expression: str) -> Any:
    variables = {**env.variable_store._outer_scope, **env.variable_store._inner_scope}
    states = {name: value for name, value in env.states._states_data.items() if value is not None or name == "input"}
    bindings = {"states": json.loads(json.dumps(states, default=str)), **variables}
    bound = {name: Utils.NULL_VALUE if value is None else value for name, value in bindings.items()}
    try:
        compiled = Jsonata(expression)
        compiled.set_output_convert_nulls(False)
        result = compiled.evaluate(None, bound)
    except Exception as error:
        raise _failure(env, f"The JSONata expression '{expression}' failed: {error}") from error
    if result is None:
        raise _failure(env, f"The JSONata expression '{expression}' returned nothing (undefined).")
    try:
        # The evaluator's own lists and nulls become plain ones. A function cannot become JSON.
        return json.loads(json.dumps(Utils.convert_nulls(result), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise _failure(env, f"The JSONata expression '{expression}' returned an unsupported result type.") from error


def _failure(env: Environment, cause: str) -> FailureEventException:
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    details = EventDetails(
        evaluationFailedEventDetails=EvaluationFailedEventDetails(
            cause=cause, error=name.error_name, state=env.next_state_name
        )
    )
    event_type = HistoryEventType.EvaluationFailed
    env.event_manager.add_event(context=env.event_history_context, event_type=event_type, event_details=details)
    return FailureEventException(FailureEvent(env=env, error_name=name, event_type=event_type, event_details=details))
