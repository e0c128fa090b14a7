"""Lambda: the real binaries of the functions that moto keeps, in warm environments as on AWS."""

import base64
import io
import json
import logging
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends

from . import ACCOUNT_ID, REGION
from .lambda_environment import Environment, Result

LOG = logging.getLogger(__name__)
# How often Lambda retries an asynchronous invocation that failed, and how long it waits before each retry.
ASYNCHRONOUS_RETRIES = 2
ASYNCHRONOUS_WAIT_SECONDS = 60


class Functions:
    """Starts environments as they are needed, keeps them warm and drops them when the function changes."""

    def __init__(self, folder: Path, scale: Callable[[float], float]) -> None:
        self.endpoint = ""
        self.logs: dict[str, list[str]] = defaultdict(list)
        self._folder = folder
        self._scale = scale
        self._lock = threading.Lock()
        self._pools: dict[str, tuple[Any, list[Environment]]] = {}
        self._orders: dict[str, list[tuple[str, int]]] = defaultdict(list)

    def install(self) -> None:
        """Takes Invoke over from moto, which would need Docker."""
        functions = self

        def invoke(
            _backend: LambdaBackend, name: str, qualifier: str | None, body: Any, headers: Any, answer: dict[str, Any]
        ) -> bytes:
            event = body.encode() if isinstance(body, str) else body
            if headers.get("X-Amz-Invocation-Type") == "Event":
                functions.invoke_later(name, event or b"{}", qualifier)
                return b""
            failed, payload = functions.invoke(name, event or b"{}", qualifier)
            answer["x-amz-executed-version"] = "$LATEST"
            if failed:
                answer["x-amz-function-error"] = "Unhandled"
            if headers.get("X-Amz-Log-Type") == "Tail":
                tail = "\n".join(functions.logs[_name(name)][-40:])
                answer["x-amz-log-result"] = base64.b64encode(tail.encode()[-4096:]).decode()
            return payload

        LambdaBackend.invoke = invoke

    def invoke(self, name: str, event: bytes, qualifier: str | None = None) -> Result:
        """Runs the function (name or ARN) on an event and waits; whether it failed, and its payload."""
        function = lambda_backends[ACCOUNT_ID][REGION].get_function(name, qualifier)
        environment = self._environment(function)
        with self._lock:
            orders = self._orders[function.function_name]
            action, after_ms = orders.pop(0) if orders else ("", 0)
        timeout_seconds = after_ms / 1000 if action == "time_out" else float(function.timeout)
        try:
            return environment.invoke(event, timeout_seconds, after_ms if action == "kill" else None)
        finally:
            with self._lock:
                environment.busy = False

    def invoke_later(self, name: str, event: bytes, qualifier: str | None = None) -> None:
        """An asynchronous invocation: two more attempts, then the function's failure destination."""
        threading.Thread(target=self._attempt, args=(name, event, qualifier), daemon=True).start()

    def order(self, name: str, action: str, after_ms: int, times: int) -> None:
        """`kill`: the process of each of the next invocations dies after this time from taking its event.
        `time_out`: the next invocations may take no longer than this time."""
        if action not in ("kill", "time_out"):
            raise ValueError(f"unknown action {action}")
        with self._lock:
            self._orders[name] += [(action, after_ms)] * times

    def spare(self) -> None:
        """Cancels the orders that were not carried out yet."""
        with self._lock:
            self._orders.clear()

    def kill_busy(self, name: str) -> None:
        """Kills the processes of this function that are working on an event."""
        with self._lock:
            for _, environments in self._pools.values():
                for environment in environments:
                    if environment.busy and _name(environment.arn) == name:
                        environment.kill()

    def close(self) -> None:
        """Ends every process."""
        with self._lock:
            for _, environments in self._pools.values():
                for environment in environments:
                    environment.kill()

    def _attempt(self, name: str, event: bytes, qualifier: str | None) -> None:
        function = lambda_backends[ACCOUNT_ID][REGION].get_function(name, qualifier)
        chosen = function.event_invoke_config[-1].config if function.event_invoke_config else {}
        payload = b""
        for attempt in range(chosen.get("MaximumRetryAttempts", ASYNCHRONOUS_RETRIES) + 1):
            if attempt:
                time.sleep(self._scale(ASYNCHRONOUS_WAIT_SECONDS * attempt))
            failed, payload = self.invoke(name, event, qualifier)
            if not failed:
                return
        destination = chosen.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
        if ":sqs:" in destination:
            from moto.sqs import sqs_backends

            document = {"requestPayload": json.loads(event), "responsePayload": json.loads(payload)}
            sqs_backends[ACCOUNT_ID][REGION].send_message(destination.rsplit(":", 1)[-1], json.dumps(document))

    def _environment(self, function: LambdaFunction) -> Environment:
        kind = (function.code_sha_256, json.dumps(function.get_configuration(), sort_keys=True, default=str))
        with self._lock:
            known, environments = self._pools.get(function.function_arn, (None, []))
            if known != kind:
                for environment in environments:
                    threading.Thread(target=environment.close, daemon=True).start()
                environments = []
                self._pools[function.function_arn] = (kind, environments)
            for environment in [each for each in environments if not each.alive()]:
                environments.remove(environment)
                threading.Thread(target=environment.close, daemon=True).start()
            free = next((each for each in environments if not each.busy), None)
            if free is None:
                free = self._start(function)
                environments.append(free)
            free.busy = True
            return free

    def _start(self, function: LambdaFunction) -> Environment:
        # As on AWS: in hex, safe as a file name, one folder for each version of the code.
        digest = base64.b64decode(function.code_sha_256).hex()[:16]
        folder = self._folder / f"{function.function_name}-{digest}"
        if not folder.exists():
            with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as package:
                package.extractall(folder)
            (folder / "bootstrap").chmod(0o755)
        lines = self.logs[function.function_name]
        scratch = self._folder / "tmp" / function.function_name
        variables = self._variables(function, folder)
        return Environment(folder / "bootstrap", variables, function.function_arn, scratch, lines.append)

    def _variables(self, function: LambdaFunction, folder: Path) -> dict[str, str]:
        logging_config = getattr(function, "logging_config", None) or {}
        reserved = {
            "_HANDLER": function.handler or "bootstrap",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.function_name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d')}/[$LATEST]{id(function):032x}",
            "LAMBDA_TASK_ROOT": str(folder),
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin/:/bin",
            "TZ": ":UTC",
        }
        if logging_config.get("LogFormat"):
            reserved["AWS_LAMBDA_LOG_FORMAT"] = logging_config["LogFormat"]
        if logging_config.get("ApplicationLogLevel"):
            reserved["AWS_LAMBDA_LOG_LEVEL"] = logging_config["ApplicationLogLevel"]
        return {**function.environment_vars, **reserved}


def _name(name_or_arn: str) -> str:
    return name_or_arn.split(":function:")[-1].split(":")[0]
