"""The emulated AWS as a test sees it: a process, clients for its services, and its control plane."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
from botocore.config import Config

START = Path(__file__).resolve().parents[1] / "emulator" / "start.py"


class Emulator:
    """An emulator for one run of the tests; it ends with them."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the emulator did not start: exit code {self._process.wait()}")
        told = json.loads(line)
        self.endpoint: str = told["endpoint"]
        self.region: str = told["region"]
        self.account_id: str = told["account_id"]

    def close(self) -> None:
        """Closes its standard input and waits for its end."""
        self._process.stdin.close()
        self._process.wait(30)

    def environment(self) -> dict[str, str]:
        """The environment variables by which a program uses the emulator in place of AWS."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def client(self, service: str) -> Any:
        """A boto3 client. It shares no code with what is tested."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"max_attempts": 1, "mode": "standard"}, s3={"addressing_style": "path"}),
        )

    def events(self) -> list[dict[str, Any]]:
        """The events that programs have put on a bus, oldest first."""
        return self._control("GET", "events")

    def mails(self) -> list[dict[str, Any]]:
        """The mails that SES has accepted, oldest first."""
        return self._control("GET", "mails")

    def script_model(self, model_id: str, *replies: dict[str, Any]) -> None:
        """Sets the answers of the model. They replace those that were set before."""
        self._control("POST", f"bedrock/{quote(model_id, safe='')}", list(replies))

    def model_requests(self, model_id: str) -> list[dict[str, Any]]:
        """The bodies of the calls for the model, oldest first."""
        return self._control("GET", f"bedrock/{quote(model_id, safe='')}")

    def fault(self, service: str, operation: str, **fault: Any) -> None:
        """Sets a fault for the next calls that match."""
        self._control("POST", "faults", {"service": service, "operation": operation, **fault})

    def pending_faults(self) -> list[dict[str, Any]]:
        """The faults that have not happened yet. A test that leaves some has not tested them."""
        return self._control("GET", "faults")

    def kill_next(self, function: str, times: int = 1) -> None:
        """Kills the processes of the function's next invocations."""
        self._control("POST", f"functions/{function}", {"action": "kill", "times": times})

    def time_out_next(self, function: str, after_ms: int) -> None:
        """Makes the function's next invocation time out."""
        self._control("POST", f"functions/{function}", {"action": "time_out", "after_ms": after_ms})

    def logs(self, function: str) -> list[str]:
        """The lines that the function has written."""
        return self._control("GET", f"logs/{function}")

    def forget_faults(self) -> None:
        """Cancels every fault and kill that has not happened yet."""
        self._control("POST", "calm", {})

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_emulator/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def insist() -> bool:
    """Whether a missing requirement is a failure (SLUICE_INSIST). Otherwise tests are skipped."""
    return os.environ.get("SLUICE_INSIST") == "1"
