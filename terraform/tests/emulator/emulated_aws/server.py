"""The one port: the control plane, Bedrock's Converse, and moto for everything else."""

import os
import threading
import uuid
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from . import (
    ACCOUNT_ID,
    REGION,
    calls,
    lambda_settings,
    s3,
    ses_configuration,
    states_api,
    states_execution,
    states_jsonata,
)
from .bedrock import Bedrock
from .calls import Call
from .control_plane import ControlPlane
from .eventbridge import Delivery
from .faults import Faults
from .lambda_service import Functions
from .ses import Outbox
from .states_execution import Clock


class Handler(MotoRequestHandler):
    """Sends head and body of an answer at once; no request is logged, since standard output holds one line only.

    The AWS SDK for Go may close its connection as soon as it has read the head, before it has read the body: if
    the answer is there before its goroutine has come to the end of the request, the end looks like a failed write
    (mended in smithy-go in 2026, "Return nil from WriteTo after the request body is closed"). What came with the
    head it still reads. A loaded machine makes this likely, and so does a pause between head and body.
    """

    # In bytes: more than any answer to Terraform.
    wbufsize = 1 << 20

    def log(self, *_: Any) -> None:
        """Logs nothing."""

    def handle_expect_100(self) -> bool:
        """A client that asks whether to send its body waits for the answer."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on


class Application:
    """Routes a request. Calls of one service are carried out one after the other, as if each were atomic:
    moto checks a condition and writes the item in two steps, and here many clients call at once."""

    def __init__(self, folder: Path) -> None:
        default_user_config["stepfunctions"] = {"execute_state_machine": True}
        default_user_config["iam"] = {"load_aws_managed_policies": True}
        self.clock = Clock(float(os.environ.get("EMULATOR_WAIT_SCALE", "0.02")))
        self.bedrock = Bedrock()
        self.delivery = Delivery()
        self.outbox = Outbox()
        self.functions = Functions(folder, self.clock.scale)
        self.faults = Faults(kill=self.functions.kill_busy)
        self.control_plane = ControlPlane(self)
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._locks: dict[str, threading.RLock] = defaultdict(threading.RLock)
        self._install()

    def _install(self) -> None:
        self.delivery.install()
        self.outbox.install()
        self.functions.install()
        lambda_settings.install()
        ses_configuration.install()
        s3.install(self.delivery)
        states_jsonata.install()
        states_execution.install(self.functions, self.faults, self.delivery, self.clock)
        states_api.install(self.delivery)
        self.delivery.target("lambda", lambda target, event: self.functions.invoke_later(target["Arn"], event.encode()))
        self.delivery.target("states", _start_execution)

    def listens_at(self, endpoint: str) -> None:
        """Gives the endpoint to the parts that need it."""
        self.functions.endpoint = endpoint

    def close(self) -> None:
        """Ends the functions' processes."""
        self.functions.close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        call = calls.read(environ)
        if call.path.startswith("/_emulator/"):
            return self.control_plane.answer(environ["REQUEST_METHOD"], call)(environ, start_response)
        answer = self.faults.apply(call, lambda: self._carry_out(call, environ))
        return answer(environ, start_response)

    def _carry_out(self, call: Call, environ: dict[str, Any]) -> Any:
        if call.operation == "Converse":
            model_id = unquote(call.path.removeprefix("/model/").removesuffix("/converse"))
            return self.bedrock.converse(model_id, call.json())
        if call.operation == "Invoke":
            return Answer(self._moto, environ)
        with self._locks[call.service]:
            return Answer(self._moto, environ)


def _start_execution(target: dict[str, Any], event: str) -> None:
    backend = stepfunctions_parser_backends[ACCOUNT_ID][REGION]
    backend.start_execution(target["Arn"], f"{uuid.uuid4()}_{uuid.uuid4()}", event)


class Answer:
    """The answer of a WSGI application, which can be passed on unchanged or dropped. Its body is in one piece."""

    def __init__(self, application: Any, environ: dict[str, Any]) -> None:
        self._start: tuple[Any, ...] = ()
        self._body = b"".join(application(environ, self._keep))

    def _keep(self, *start: Any) -> None:
        self._start = start

    def __call__(self, _environ: dict[str, Any], start_response: Any) -> Any:
        start_response(*self._start)
        return [self._body]
