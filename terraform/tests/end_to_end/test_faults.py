"""Short faults of AWS: throttled, overloaded, half done. The run retries and ends with the right result."""

from collections.abc import Callable

import pytest
from pipeline import Pipeline, Run

SLOW_DOWN = {"status": 503, "error": "SlowDown", "message": "Please reduce your request rate."}
THROTTLED = {
    "status": 400,
    "error": "ProvisionedThroughputExceededException",
    "message": "The level of configured provisioned throughput for the table was exceeded.",
}


def is_right(pipeline: Pipeline, run: Run) -> None:
    """Checks that the run ended as if there had been no fault."""
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "Completed"), (run.error, run.cause)
    assert pipeline.emulator.pending_faults() == [], "every fault has happened"
    assert run.output["records"] == {"read": 95, "valid": 68, "rejected": 27}
    kinds = [event["detail_type"] for event in pipeline.domain_events(run)]
    assert sorted(set(kinds)) == ["Analysis Complete", "File Claimed", "Processing Complete", "Run Completed"]
    assert len(pipeline.mails(run)) == 1
    assert pipeline.ledger(run)["state"] == "COMPLETED"
    assert pipeline.leftovers() == []


@pytest.mark.parametrize(
    ("operation", "match"),
    [("HeadObject", "/input/"), ("GetObject", "/input/"), ("PutObject", "/processed/"), ("PutObject", "/reports/")],
)
def test_s3_is_overloaded(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes, operation: str, match: str
) -> None:
    pipeline.emulator.fault("s3", operation, match=match, **SLOW_DOWN, times=4)
    is_right(pipeline, pipeline.drop(key(), messy))


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "UpdateItem"])
def test_dynamodb_throttles(pipeline: Pipeline, key: Callable[..., str], messy: bytes, operation: str) -> None:
    pipeline.emulator.fault("dynamodb", operation, **THROTTLED, times=4)
    is_right(pipeline, pipeline.drop(key(), messy))


def test_an_answer_that_got_lost_is_recognised(pipeline: Pipeline, key: Callable[..., str], messy: bytes) -> None:
    broken = {"status": 500, "error": "InternalServerError", "message": "Internal server error", "when": "after"}
    for operation in ("PutItem", "UpdateItem"):
        pipeline.emulator.fault("dynamodb", operation, **broken, times=2)
    pipeline.emulator.fault("s3", "PutObject", **{**broken, "error": "InternalError"}, match="manifest.json")
    is_right(pipeline, pipeline.drop(key(), messy))


def test_part_of_the_events_are_not_taken(pipeline: Pipeline, key: Callable[..., str], messy: bytes) -> None:
    entry = {"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}
    partial = {"FailedEntryCount": 1, "Entries": [entry]}
    pipeline.emulator.fault("events", "PutEvents", status=200, body=partial, times=4)
    is_right(pipeline, pipeline.drop(key(), messy))


@pytest.mark.parametrize("step", ["claim-file", "analyze", "send-report"])
def test_lambda_itself_throttles(pipeline: Pipeline, key: Callable[..., str], messy: bytes, step: str) -> None:
    refusal = {"status": 429, "error": "TooManyRequestsException", "message": "Rate Exceeded."}
    pipeline.emulator.fault("lambda", "Invoke", match=f"{pipeline.name}-{step}", **refusal, times=2)
    run = pipeline.drop(key(), messy)
    is_right(pipeline, run)
    assert run.failures == ["Lambda.TooManyRequestsException"] * 2
