"""`/_emulator/…`: what a test asks of the emulator itself. README.md lists the requests."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.wrappers import Response

from .calls import Call

if TYPE_CHECKING:
    from .server import Application


class ControlPlane:
    """Answers the requests of tests."""

    def __init__(self, application: "Application") -> None:
        self._application = application

    def answer(self, method: str, call: Call) -> Response:
        """The answer as JSON; 400 with the reason if the request makes no sense, 404 if there is no such."""
        subject, _, name = call.path.removeprefix("/_emulator/").partition("/")
        handler = getattr(self, f"_{method.lower()}_{subject}", None)
        if handler is None:
            return _json({"error": f"there is no {method} {call.path}"}, 404)
        try:
            return _json(handler(unquote(name), json.loads(call.body or b"null")))
        except (KeyError, TypeError, ValueError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    def _get_events(self, _name: str, _body: Any) -> Any:
        return list(self._application.delivery.seen)

    def _get_mails(self, _name: str, _body: Any) -> Any:
        return list(self._application.outbox.mails)

    def _get_bedrock(self, model_id: str, _body: Any) -> Any:
        return self._application.bedrock.requests(model_id)

    def _post_bedrock(self, model_id: str, replies: Any) -> Any:
        self._application.bedrock.script(model_id, replies)

    def _get_faults(self, _name: str, _body: Any) -> Any:
        return self._application.faults.pending()

    def _post_faults(self, _name: str, fault: Any) -> Any:
        self._application.faults.add(fault)

    def _post_functions(self, name: str, order: Any) -> Any:
        functions = self._application.functions
        functions.order(name, order["action"], order.get("after_ms", 0), order.get("times", 1))

    def _get_logs(self, function: str, _body: Any) -> Any:
        return list(self._application.functions.logs.get(function, []))

    def _post_clock(self, _name: str, order: Any) -> Any:
        self._application.clock.factor = float(order["scale"])

    def _post_calm(self, _name: str, _body: Any) -> Any:
        self._application.faults.clear()
        self._application.functions.spare()

    def _post_reset(self, _name: str, _body: Any) -> Any:
        self._post_calm("", None)
        self._application.bedrock.clear()
        self._application.delivery.seen.clear()
        self._application.outbox.mails.clear()


def _json(document: Any, status: int = 200) -> Response:
    return Response(json.dumps(document), status, content_type="application/json")
