"""Faults on request: the next calls that match are answered with an error, or a function's process is killed."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from .calls import Call


@dataclass
class Fault:
    """What is to happen to calls that match, `times` times; see README.md for each field."""

    service: str
    operation: str | None = None
    match: str = ""
    status: int | None = None
    error: str = ""
    message: str = ""
    body: Any = None
    times: int = 1
    when: str = "before"
    delay_ms: int = 0
    kill: str | None = None

    def matches(self, call: Call) -> bool:
        """Whether the fault is for this call."""
        same = self.service == call.service and self.operation in (None, call.operation)
        return same and (not self.match or call.mentions(self.match))

    def answer(self) -> Response:
        """The error in the words of the service's protocol, or the given body."""
        status = self.status or 500
        if self.body is not None:
            text = self.body if isinstance(self.body, str) else json.dumps(self.body)
            return Response(text, status, content_type="application/json")
        if self.service == "s3":
            text = f"<Error><Code>{escape(self.error)}</Code><Message>{escape(self.message)}</Message></Error>"
            return Response(text, status, content_type="application/xml")
        document = {"__type": self.error, "message": self.message}
        return Response(json.dumps(document), status, {"x-amzn-ErrorType": self.error}, content_type="application/json")


class Faults:
    """The faults that have not happened yet."""

    def __init__(self, kill: Callable[[str], None]) -> None:
        self._lock = threading.Lock()
        self._pending: list[Fault] = []
        self._kill = kill

    def add(self, document: dict[str, Any]) -> None:
        """One fault, as the control plane takes it. An unknown field is an error."""
        with self._lock:
            self._pending.append(Fault(**document))

    def pending(self) -> list[dict[str, Any]]:
        """The faults that have not happened yet, each with the number of times left."""
        with self._lock:
            return [asdict(fault) for fault in self._pending]

    def clear(self) -> None:
        """Forgets what has not happened yet."""
        with self._lock:
            self._pending.clear()

    def take(self, call: Call) -> Fault | None:
        """The fault for this call, if there is one. It has then happened once more."""
        with self._lock:
            for fault in self._pending:
                if fault.matches(call):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._pending.remove(fault)
                    return fault
        return None

    def apply(self, call: Call, carry_out: Callable[[], Any]) -> Any:
        """The answer (a WSGI application) to the call, from moto or from the fault."""
        fault = self.take(call)
        if fault is None:
            return carry_out()
        answer = carry_out() if fault.when == "after" else None
        if fault.delay_ms:
            time.sleep(fault.delay_ms / 1000)
        if fault.kill:
            self._kill(fault.kill)
        if fault.status is not None:
            return fault.answer()
        return answer or carry_out()
