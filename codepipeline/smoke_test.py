#!/usr/bin/env python3
"""Drops a file in a deployed Sluice and waits for its run to complete, through the AWS CLI.

Exit code 0 if the run's outcome is Completed, its report is sent or mail is off, and the records that were
read, in the execution's output and in the manifest, are those of the file: valid plus rejected. Otherwise 1,
with the reason. Needs Python's standard library and `aws`.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UNFINISHED = {"RUNNING", "PENDING_REDRIVE"}
REPORTED = {"SENT", "ALREADY_SENT", "DISABLED"}


class SmokeTestFailed(Exception):
    """Why the deployment is not fit for use."""


def aws(*arguments):
    """The answer of an AWS CLI command. If the command fails, this is a failure with the words of the CLI."""
    command = ["aws", *arguments, "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SmokeTestFailed(f"{' '.join(command[:3])}: {done.stderr.strip()}")
    return json.loads(done.stdout) if done.stdout.strip() else {}


def drop(bucket, key, path):
    """Puts the file at the key and returns the version that S3 gave it."""
    answer = aws("s3api", "put-object", "--bucket", bucket, "--key", key, "--body", str(path), "--content-type", "text/csv")
    if "VersionId" not in answer:
        raise SmokeTestFailed(f"the bucket {bucket} keeps no versions")
    return answer["VersionId"]


def works_on(execution, bucket, key, version):
    """Whether the execution was started for that version of that file."""
    detail = json.loads(execution.get("input", "{}")).get("detail", {})
    dropped = detail.get("object", {})
    return (detail.get("bucket", {}).get("name"), dropped.get("key"), dropped.get("version-id")) == (bucket, key, version)


def find(state_machine_arn, bucket, key, version, known):
    """The execution that works on the file, or None. `known` holds executions of other files or versions."""
    answer = aws("stepfunctions", "list-executions", "--state-machine-arn", state_machine_arn, "--max-items", "50")
    for listed in answer["executions"]:
        arn = listed["executionArn"]
        if arn in known:
            continue
        execution = aws("stepfunctions", "describe-execution", "--execution-arn", arn)
        if works_on(execution, bucket, key, version):
            return execution
        known.add(arn)
    return None


def wait(state_machine_arn, bucket, key, version, timeout_seconds, interval_seconds):
    """The execution of the file, when it has ended."""
    deadline = time.monotonic() + timeout_seconds
    execution, known = None, set()
    while execution is None or execution["status"] in UNFINISHED:
        if time.monotonic() > deadline:
            state = "no execution was started" if execution is None else f"{execution['executionArn']} is {execution['status']}"
            raise SmokeTestFailed(f"{state} after {timeout_seconds} s")
        time.sleep(interval_seconds)
        if execution is None:
            execution = find(state_machine_arn, bucket, key, version, known)
        else:
            execution = aws("stepfunctions", "describe-execution", "--execution-arn", execution["executionArn"])
    return execution


def check_counts(where, counts, expected):
    """Checks that every record of the file is accounted for."""
    if counts["read"] != expected or counts["valid"] + counts["rejected"] != expected:
        raise SmokeTestFailed(f"{where}: {counts} does not account for the {expected} records of the file")


def check(execution, bucket, records):
    """Checks that the execution did its whole job. Returns its output."""
    if execution["status"] != "SUCCEEDED":
        raise SmokeTestFailed(f"{execution['executionArn']} is {execution['status']}: {execution.get('error')}: {execution.get('cause')}")
    output = json.loads(execution["output"])
    if "records" not in output:
        raise SmokeTestFailed(f"{execution['executionArn']} did not run the file: its decision was {output.get('decision')}")
    if output.get("outcome") != "Completed":
        raise SmokeTestFailed(f"{execution['executionArn']} ended as {output.get('outcome')}: {output.get('refusal')}")
    if output.get("mail") not in REPORTED:
        raise SmokeTestFailed(f"{execution['executionArn']} completed without its report: {output.get('mail')}: {output.get('mail_error')}")
    check_counts("the execution's output", output["records"], records)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "manifest.json")
        aws("s3api", "get-object", "--bucket", bucket, "--key", output["outputs"]["manifest"], str(path))
        manifest = json.loads(path.read_text(encoding="utf-8"))
    check_counts("the manifest", manifest["results"]["validation"]["records"], records)
    return output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="a CSV of the dataset smartphone-sales that is valid as a whole or in part")
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--state-machine-arn", required=True)
    parser.add_argument("--name", required=True, help="differs for each test: the same content under the same key is a duplicate")
    parser.add_argument("--timeout-seconds", type=int, default=600)
    parser.add_argument("--interval-seconds", type=float, default=5)
    options = parser.parse_args()

    with options.file.open(newline="", encoding="utf-8") as file:
        records = sum(1 for _ in csv.DictReader(file))
    key = f"input/smartphone-sales/smoke/{options.name}.csv"
    try:
        version = drop(options.bucket, key, options.file)
        print(f"dropped {key}, version {version}", flush=True)
        execution = wait(options.state_machine_arn, options.bucket, key, version, options.timeout_seconds, options.interval_seconds)
        output = check(execution, options.bucket, records)
    except SmokeTestFailed as failure:
        print(f"smoke test failed: {failure}", file=sys.stderr)
        return 1
    print(f"{output['outcome']}: {output['records']} in {execution['executionArn']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
