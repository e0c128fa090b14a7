"""Processes die at the worst moment. A retried run ends with the same bytes. A run that is given up fails visibly."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import sample
from deployment import steps
from pipeline import Pipeline, Run, bodies

# For each function, a call in the middle of its work. The process dies before it gets the answer.
IN_THE_MIDDLE = [
    ("claim-file", "dynamodb", "PutItem", "ledger"),
    ("claim-file", "s3", "PutObject", "manifest.json"),
    ("claim-file", "events", "PutEvents", "Run Completed"),
    ("validate-and-partition", "s3", "PutObject", "_processed_"),
    ("validate-and-partition", "events", "PutEvents", "Processing Complete"),
    ("aggregate", "s3", "PutObject", "facts.json"),
    ("analyze", "s3", "PutObject", "analysis.json"),
    ("analyze", "dynamodb", "PutItem", "analysis_id"),
    ("send-report", "s3", "PutObject", "report.html"),
    ("send-report", "dynamodb", "PutItem", "send-log"),
]


def is_right(pipeline: Pipeline, run: Run, most_mails: int = 1) -> None:
    """Checks that no record is lost or doubled, and that no second mail is sent."""
    assert run.status == "SUCCEEDED", (run.error, run.cause)
    expected = sample("expected/messy_rejected.csv").splitlines()
    rejected = pipeline.get(run.output["outputs"]["rejected"]).splitlines()
    assert len(rejected) == len(expected)
    manifest = pipeline.json(run.output["outputs"]["manifest"])
    for name in ("processed", "rejected"):
        head = pipeline.head(run.output["outputs"][name])
        published = manifest["results"]["validation"][name]
        assert head["Metadata"]["file-hash"].removeprefix("sha256:") == published["sha256"]
        assert head["ContentLength"] == published["size_bytes"]
    assert run.output["records"] == {"read": 95, "valid": 68, "rejected": 27}
    assert pipeline.ledger(run)["state"] == "COMPLETED"
    assert len(pipeline.mails(run)) <= most_mails
    assert pipeline.leftovers() == []


@pytest.mark.parametrize("step", steps())
def test_a_function_dies_once(pipeline: Pipeline, key: Callable[..., str], messy: bytes, step: str) -> None:
    pipeline.emulator.kill_next(f"{pipeline.name}-{step}")
    run = pipeline.drop(key(), messy)
    is_right(pipeline, run)
    assert run.failures == ["Runtime.ExitError"]
    assert run.states[-1] == "Completed" and len(pipeline.mails(run)) == 1


@pytest.mark.parametrize(("step", "service", "operation", "match"), IN_THE_MIDDLE)
def test_a_function_dies_in_the_middle(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes, step: str, service: str, operation: str, match: str
) -> None:
    function = f"{pipeline.name}-{step}"
    pipeline.emulator.fault(service, operation, match=match, when="after", kill=function)
    run = pipeline.drop(key(), messy)
    is_right(pipeline, run)
    assert run.failures == ["Runtime.ExitError"]
    # The mark may be there without a mail. That is accepted, so that no second mail is ever sent.
    lost = match == "send-log"
    assert run.states[-1] == ("CompletedWithoutReport" if lost else "Completed")
    assert len(pipeline.mails(run)) == (0 if lost else 1)


def failed_for_good(pipeline: Pipeline, run: Run) -> dict[str, Any]:
    """The failure rule has closed the run: ledger, event, mail. Returns the ledger's record."""
    pipeline.until(lambda: pipeline.ledger(run)["state"] == "FAILED", "the ledger to say FAILED")
    pipeline.until(lambda: failure_mails(pipeline, run), "the failure mail")
    kinds = [event["detail_type"] for event in pipeline.domain_events(run)]
    # It is not always the last event: a function goes on to its end when its execution is stopped.
    assert "Run Failed" in kinds
    return pipeline.ledger(run)


def failure_mails(pipeline: Pipeline, run: Run) -> list[Any]:
    """The mails that say that the execution failed."""
    return [mail for mail in pipeline.mails(run) if f"{run.name}-Failed" in mail["Message-ID"]]


def test_a_function_that_always_dies_fails_the_execution_and_a_redrive_ends_it(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    pipeline.emulator.kill_next(f"{pipeline.name}-aggregate", times=99)
    run = pipeline.drop(key(), messy)
    assert (run.status, run.error, run.states[-1]) == ("FAILED", "Runtime.ExitError", "Aggregate")
    assert run.failures == ["Runtime.ExitError"] * 3, "one attempt and two retries"
    assert "signal" in run.cause
    record = failed_for_good(pipeline, run)
    assert "Runtime.ExitError" in record["error"]
    [mail] = failure_mails(pipeline, run)
    assert "Runtime.ExitError" in bodies(mail)["text/plain"]

    # Redriven before the cause is gone, it fails again, and says so again.
    pipeline.states.redrive_execution(executionArn=run.arn)
    again = pipeline.wait(run.arn)
    assert (again.status, again.error, again.states[-1]) == ("FAILED", "Runtime.ExitError", "Aggregate")
    pipeline.until(lambda: len(failure_mails(pipeline, run)) == 2, "the second failure mail")

    pipeline.emulator.forget_faults()
    pipeline.states.redrive_execution(executionArn=run.arn)
    done = pipeline.wait(run.arn)
    assert (done.status, done.states[-1]) == ("SUCCEEDED", "Completed"), (done.error, done.cause)
    assert done.states.count("ValidateAndPartition") == 1, "what was done is not done again"
    assert done.states.count("Aggregate") == 3
    assert pipeline.ledger(run)["state"] == "COMPLETED"
    assert len(failure_mails(pipeline, run)) == 2
    assert len(pipeline.mails(run)) == 3, "two that it failed, one report"
    is_right(pipeline, done, most_mails=3)


def test_a_function_that_hangs_is_ended_and_tried_again(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    pipeline.emulator.fault("bedrock", "Converse", delay_ms=20_000)
    pipeline.emulator.time_out_next(f"{pipeline.name}-analyze", after_ms=1500)
    run = pipeline.drop(key(), messy)
    is_right(pipeline, run)
    assert run.failures == ["Sandbox.Timedout"]
    assert "AnalyzeWithoutModel" not in run.states


def test_a_function_gives_up_before_the_state_that_waits_for_it(pipeline: Pipeline) -> None:
    definition = json.loads(pipeline.states.describe_state_machine(stateMachineArn=pipeline.machine)["definition"])
    functions = pipeline.emulator.client("lambda")
    waiting = [state for state in definition["States"].values() if state["Type"] == "Task"]
    assert len(waiting) == 8
    for state in waiting:
        function = functions.get_function_configuration(FunctionName=state["Arguments"]["FunctionName"])
        assert function["Timeout"] < state["TimeoutSeconds"]
