#!/usr/bin/env python3
"""Measures the start of functions: from exec to the first call of the Lambda Runtime API.

Beside them a Python function with boto3 does the same, over AWS's own runtime interface client. It is
given as a Python that has requirements.txt installed. The runs take turns, so that a busy moment of the
machine is nobody's advantage.

  measure.py target/lambda                          the functions of a build
  measure.py target/lambda --python venv/bin/python beside Python
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3] / "package"
NEXT = b"GET /2018-06-01/runtime/invocation/next "
ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "measured",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_LOG_GROUP_NAME": "measured",
    "AWS_LAMBDA_LOG_STREAM_NAME": "measured",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    **{
        f"SLUICE_{name}": "1"
        for name in ("PIPELINE", "BUCKET", "LEDGER_TABLE", "SEND_LOG_TABLE", "ANALYSES_TABLE", "EVENT_BUS",
                     "DEFAULT_DATASET", "MAX_SIZE_BYTES", "MODEL_ID", "MAX_OUTPUT_TOKENS", "COST_CEILING_USD",
                     "MAIL_FROM", "MAIL_TO")
    },
}


def start_ms(command: list[str]) -> tuple[float, float]:
    """Milliseconds from exec to the call, and the process's peak of resident memory until then in MB."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        api = f"127.0.0.1:{server.getsockname()[1]}"
        environment = {"PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": api, **ENVIRONMENT}
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parent)
        try:
            connection, _ = server.accept()
            request = connection.recv(65536)
            elapsed = time.perf_counter() - started
            status = Path(f"/proc/{process.pid}/status").read_text()
        finally:
            process.kill()
            process.wait()
        connection.close()
    if not request.startswith(NEXT):
        sys.exit(f"{command} called something else: {request[:200]!r}")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return elapsed * 1000, int(peak.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the binaries of the functions are")
    parser.add_argument("--python", type=Path, help="a Python with requirements.txt installed")
    parser.add_argument("--runs", type=int, default=25, help="of each (default: 25)")
    options = parser.parse_args()

    steps = subprocess.run([PACKAGE, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    commands = {name: [str((options.folder / name).absolute())] for name in steps}
    if options.python:
        # Not resolved: the Python of a virtual environment is a link out of it.
        commands["Python, boto3"] = [str(options.python.absolute()), "-m", "awslambdaric", "function.handler"]
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for run in range(options.runs + 2):
        for name, command in commands.items():
            measure = start_ms(command)
            if run >= 2:  # The first two fill the page cache.
                measured[name].append(measure)

    print(f"{'':<24}{'median ms':>11}{'min':>8}{'max':>8}{'peak MB':>9}   of {options.runs} runs")
    baseline = None
    for name, measures in reversed(measured.items()):
        (times, peaks) = zip(*measures)
        median = statistics.median(times)
        if options.python and baseline is None:
            baseline = median
        ratio = f"   Python takes {baseline / median:.0f} times as long" if baseline not in (None, median) else ""
        print(f"{name:<24}{median:>11.1f}{min(times):>8.1f}{max(times):>8.1f}{max(peaks):>9.1f}{ratio}")


if __name__ == "__main__":
    main()
