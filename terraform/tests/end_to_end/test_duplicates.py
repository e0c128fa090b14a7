"""A file whose event is delivered several times is processed once."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pipeline import Pipeline, Run, is_record


def records_of(pipeline: Pipeline, key: str) -> list[dict[str, Any]]:
    """The ledger's records of a file."""
    return [item for item in pipeline.items("ledger_table") if is_record(item) and item["file"] == key]


def outputs_of(pipeline: Pipeline, key: str) -> list[str]:
    """Every data object that was made of a file."""
    path = key.removeprefix("input/").rsplit("/", 1)[0]
    return pipeline.keys(f"processed/{path}/") + pipeline.keys(f"rejected/{path}/")


def test_the_same_event_again_is_skipped(pipeline: Pipeline, key: Callable[..., str], messy: bytes) -> None:
    dropped = key()
    first = pipeline.drop(dropped, messy)
    assert first.states[-1] == "Completed"
    again = pipeline.wait(pipeline.start(first.input))
    assert (again.status, again.states[-1]) == ("SUCCEEDED", "DuplicateSkipped")
    assert again.output["decision"] == "DUPLICATE"
    assert again.output["outcome"] == "Completed"
    assert again.output["run"]["correlation_id"] == first.name
    assert len(outputs_of(pipeline, dropped)) == 2
    assert len(pipeline.mails(first)) == 1 and not pipeline.mails(again)


def test_five_deliveries_at_once_are_one_run(pipeline: Pipeline, key: Callable[..., str], messy: bytes) -> None:
    dropped = key()
    version = pipeline.put(dropped, messy)
    first = pipeline.started_for(dropped, version)
    document = pipeline.run(first).input
    with ThreadPoolExecutor(4) as at_once:
        others = list(at_once.map(pipeline.start, [document] * 4))
    runs = [pipeline.wait(arn) for arn in [first, *others]]
    ends = sorted(run.states[-1] for run in runs)
    assert ends.count("Completed") == 1, ends
    assert set(ends) <= {"Completed", "AlreadyInProgress", "DuplicateSkipped"}
    [record] = records_of(pipeline, dropped)
    assert record["state"] == "COMPLETED"
    assert len(outputs_of(pipeline, dropped)) == 2
    assert sum(len(pipeline.mails(run)) for run in runs) == 1
    done = next(run for run in runs if run.states[-1] == "Completed")
    kinds = [event["detail_type"] for event in pipeline.domain_events(done)]
    assert kinds.count("Run Completed") == 1


def test_the_same_content_under_a_new_etag_is_skipped(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    dropped = key()
    first = pipeline.drop(dropped, messy)
    etag = pipeline.head(dropped)["ETag"]
    again = pipeline.drop(dropped, messy)
    assert pipeline.head(dropped)["ETag"] != etag, "the emulator must give a new ETag, as KMS does"
    assert again.states[-1] == "DuplicateSkipped"
    assert again.output["run"]["correlation_id"] == first.name


def test_the_same_bytes_by_a_client_with_another_checksum_are_skipped(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    dropped = key()
    pipeline.drop(dropped, messy)
    put = pipeline.s3.put_object(Bucket=pipeline.bucket, Key=dropped, Body=messy, ChecksumAlgorithm="SHA256")
    again = pipeline.wait(pipeline.started_for(dropped, put["VersionId"]))
    assert again.states[-1] == "DuplicateSkipped"


def test_changed_content_under_the_same_key_is_a_new_run(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    dropped = key()
    first = pipeline.drop(dropped, messy)
    row = b"ORD999999,2025-05-05,Nova 3,Auralis,2024,379,Europe,Fine.,8,128,Black\n"
    second = pipeline.drop(dropped, messy.rstrip(b"\r\n") + b"\n" + row)
    assert second.states[-1] == "Completed"
    assert second.output["records"]["read"] == first.output["records"]["read"] + 1
    assert first.output["outputs"]["processed"] != second.output["outputs"]["processed"]
    assert len(records_of(pipeline, dropped)) == 2


def test_a_new_contract_runs_a_file_again_only_on_request(pipeline: Pipeline, messy: bytes) -> None:
    contract = pipeline.json("contracts/smartphone-sales.json")
    pipeline.s3.put_object(Bucket=pipeline.bucket, Key="contracts/tightened.json", Body=json.dumps(contract))
    dropped = "input/tightened/file.csv"
    first = pipeline.drop(dropped, messy)
    assert first.states[-1] == "Completed", first.cause
    model = next(field for field in contract["fields"] if field["name"] == "price")
    model["constraints"]["maximum"] = 700
    pipeline.s3.put_object(Bucket=pipeline.bucket, Key="contracts/tightened.json", Body=json.dumps(contract))
    assert pipeline.drop(dropped, messy).states[-1] == "DuplicateSkipped"
    again: Run = pipeline.wait(pipeline.start({**first.input, "rerun": True}))
    assert again.states[-1] != "DuplicateSkipped"
    assert again.output["records"]["valid"] < first.output["records"]["valid"]
    assert again.output["correlation_id"] == again.name
