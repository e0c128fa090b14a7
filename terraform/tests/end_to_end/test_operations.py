"""What an operator does: stop an execution, drop the file again, look at what is stuck."""

from collections.abc import Callable

from conftest import MODEL_ID
from pipeline import Pipeline
from test_deaths import failed_for_good, failure_mails


def test_a_stopped_execution_is_closed_and_a_new_drop_takes_over(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    dropped = key()
    pipeline.emulator.fault("bedrock", "Converse", delay_ms=3000)
    version = pipeline.put(dropped, messy)
    arn = pipeline.started_for(dropped, version)
    pipeline.until(lambda: "Analyze" in pipeline.run(arn).states, "the model to be asked")
    pipeline.states.stop_execution(executionArn=arn, error="Operator", cause="Stopped by hand.")
    stopped = pipeline.wait(arn)
    assert (stopped.status, stopped.error) == ("ABORTED", "Operator")
    failed_for_good(pipeline, stopped)
    assert len(failure_mails(pipeline, stopped)) == 1

    again = pipeline.drop(dropped, messy)
    assert (again.status, again.states[-1]) == ("SUCCEEDED", "Completed"), (again.error, again.cause)
    assert again.output["correlation_id"] == stopped.name, "who takes over adopts the run"
    record = pipeline.ledger(stopped)
    assert (record["state"], record["owner_name"]) == ("COMPLETED", again.name)
    path = dropped.removeprefix("input/").rsplit("/", 1)[0]
    assert len(pipeline.keys(f"processed/{path}/")) == 1, "both wrote to the same keys"
    assert pipeline.drop(dropped, messy).states[-1] == "DuplicateSkipped"


def test_two_failures_make_two_mails_and_no_lock_stays(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    dropped = key()
    pipeline.emulator.kill_next(f"{pipeline.name}-validate-and-partition", times=6)
    first = pipeline.drop(dropped, messy)
    assert (first.status, first.states[-1]) == ("FAILED", "ValidateAndPartition")
    failed_for_good(pipeline, first)
    second = pipeline.drop(dropped, messy)
    assert second.status == "FAILED"
    pipeline.until(lambda: failure_mails(pipeline, second), "the second failure mail")
    third = pipeline.drop(dropped, messy)
    assert third.states[-1] == "Completed", (third.error, third.cause)
    assert third.output["correlation_id"] == first.name


def test_an_owner_that_died_without_a_word_is_noticed(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    """The call of the failure rule fails too. The next drop asks Step Functions whether the owner still runs."""
    dropped = key()
    pipeline.emulator.fault("events", "PutEvents", status=500, error="InternalException", message="", times=2)
    pipeline.emulator.script_model(MODEL_ID, {"tool_input": {}, "repeat": True})
    claim = f"{pipeline.name}-claim-file"
    pipeline.emulator.kill_next(f"{pipeline.name}-aggregate", times=3)
    version = pipeline.put(dropped, messy)
    arn = pipeline.started_for(dropped, version)
    pipeline.until(lambda: "Aggregate" in pipeline.run(arn).states, "the aggregation")
    pipeline.emulator.kill_next(claim, times=3)
    failed = pipeline.wait(arn)
    assert failed.status == "FAILED"
    pipeline.until(lambda: failure_mails(pipeline, failed), "the failure mail")
    assert pipeline.ledger(failed)["state"] in ("INPROGRESS", "FAILED")
    pipeline.emulator.forget_faults()
    again = pipeline.drop(dropped, messy)
    assert again.states[-1] == "Completed", (again.error, again.cause)


def test_nothing_is_undelivered(pipeline: Pipeline) -> None:
    queues = pipeline.emulator.client("sqs")
    for url in queues.list_queues(QueueNamePrefix=pipeline.name).get("QueueUrls", []):
        read = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        waiting = int(read["Attributes"]["ApproximateNumberOfMessages"])
        assert "undelivered-failures" in url or waiting == 0, url
