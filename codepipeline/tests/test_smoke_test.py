"""The smoke test against an AWS CLI that answers from files."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SAMPLE = PROJECT.parent / "samples" / "smartphone-sales" / "good.csv"
MACHINE = "arn:aws:states:eu-central-1:111122223333:stateMachine:sluice-dev"
EXECUTION = MACHINE.replace("stateMachine", "execution") + ":one"
RECORDS = {"read": 200, "valid": 198, "rejected": 2}


def started(version="v1", key="input/smartphone-sales/smoke/abc.csv", status="RUNNING", **more):
    """An execution as DescribeExecution answers it."""
    dropped = {"bucket": {"name": "data"}, "object": {"key": key, "version-id": version}}
    return {"executionArn": EXECUTION, "status": status, "input": json.dumps({"detail": dropped}), **more}


def succeeded(**changes):
    output = {"outcome": "Completed", "mail": "SENT", "mail_error": None, "refusal": None, "records": RECORDS,
              "outputs": {"manifest": "reports/one/manifest.json"}, **changes}
    return started(status="SUCCEEDED", output=json.dumps(output))


class SmokeTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(PROJECT / "tests" / "fake_aws", self.folder / "aws")
        (self.folder / "aws").chmod(0o755)
        self.answer("put-object", {"VersionId": "v1"})
        self.answer("list-executions", {"executions": [{"executionArn": EXECUTION}]})
        self.answer("describe-execution", started(), started(), succeeded())
        self.answer("get-object", {"body": {"results": {"validation": {"records": RECORDS}}}})

    def answer(self, operation, *answers):
        (self.folder / f"{operation}.json").write_text(json.dumps(answers), encoding="utf-8")

    def run_it(self, timeout_seconds=60):
        environment = {**os.environ, "FAKE_AWS": str(self.folder), "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"}
        command = [sys.executable, PROJECT / "smoke_test.py", SAMPLE, "--bucket", "data", "--state-machine-arn", MACHINE,
                   "--name", "abc", "--interval-seconds", "0", "--timeout-seconds", str(timeout_seconds)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def calls(self):
        return [json.loads(line) for line in (self.folder / "calls.jsonl").read_text(encoding="utf-8").splitlines()]

    def assert_fails(self, *words, **options):
        done = self.run_it(**options)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertNotIn("Traceback", done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_waits_for_completed(self):
        done = self.run_it()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Completed", done.stdout)
        put = next(call for call in self.calls() if call[1] == "put-object")
        self.assertEqual(put[put.index("--key") + 1], "input/smartphone-sales/smoke/abc.csv")
        self.assertEqual([call[1] for call in self.calls()].count("describe-execution"), 3)

    def test_execution_of_another_version_is_not_taken_for_it(self):
        other = succeeded() | {"input": started(version="v0")["input"]}
        self.answer("describe-execution", other)
        self.assert_fails("no execution was started", timeout_seconds=1)

    def test_other_executions_are_described_once(self):
        self.answer("describe-execution", {**started(), "input": "{}"})
        self.assert_fails("no execution was started", timeout_seconds=1)
        self.assertEqual([call[1] for call in self.calls()].count("describe-execution"), 1)

    def test_execution_that_starts_late_is_found(self):
        self.answer("list-executions", {"executions": []}, {"executions": [{"executionArn": EXECUTION}]})
        self.assertEqual(self.run_it().returncode, 0)

    def test_failed_execution(self):
        self.answer("describe-execution", started(), started(status="FAILED", error="InternalError", cause="why"))
        self.assert_fails("FAILED", "InternalError", "why")

    def test_execution_without_end(self):
        self.answer("describe-execution", started())
        self.assert_fails("is RUNNING after 1 s", timeout_seconds=1)

    def test_other_outcome(self):
        self.answer("describe-execution", succeeded(outcome="FileRefused", refusal={"code": "missing-label"}))
        self.assert_fails("FileRefused", "missing-label")

    def test_duplicate_is_no_success(self):
        skipped = {"decision": "DUPLICATE", "outcome": "Completed", "mail": "ALREADY_SENT"}
        self.answer("describe-execution", started(status="SUCCEEDED", output=json.dumps(skipped)))
        self.assert_fails("did not run the file", "DUPLICATE")

    def test_report_that_was_not_sent(self):
        self.answer("describe-execution", succeeded(mail="NOT_SENT", mail_error="EmailRefusedError"))
        self.assert_fails("without its report", "EmailRefusedError")

    def test_mail_that_is_off(self):
        self.answer("describe-execution", succeeded(mail="DISABLED"))
        self.assertEqual(self.run_it().returncode, 0)

    def test_lost_record(self):
        self.answer("describe-execution", succeeded(records={"read": 200, "valid": 198, "rejected": 1}))
        self.assert_fails("does not account for the 200 records")

    def test_record_that_was_never_read(self):
        self.answer("describe-execution", succeeded(records={"read": 199, "valid": 198, "rejected": 1}))
        self.assert_fails("does not account for the 200 records")

    def test_manifest_of_something_else(self):
        self.answer("get-object", {"body": {"results": {"validation": {"records": {"read": 1, "valid": 1, "rejected": 0}}}}})
        self.assert_fails("the manifest")

    def test_refused_drop(self):
        self.answer("put-object", {"exit": "An error occurred (AccessDenied)"})
        self.assert_fails("put-object", "AccessDenied")


if __name__ == "__main__":
    unittest.main()
