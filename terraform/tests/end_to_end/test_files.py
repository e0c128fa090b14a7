"""Unusual files: refused, without records, all rejected, oddly named, corrected."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from conftest import sample
from pipeline import Pipeline, Run, bodies

HEADER = sample("good.csv").split(b"\n", 1)[0] + b"\n"


def refused(pipeline: Pipeline, run: Run, code: str) -> None:
    """The run refused its file visibly: a report, a mail, a manifest, a ledger record, an event."""
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "FileRefused"), (run.error, run.cause)
    assert run.output["refusal"]["code"] == code
    [mail] = pipeline.mails(run)
    assert code in bodies(mail)["text/plain"]
    manifest = pipeline.json(run.output["outputs"]["manifest"])
    assert manifest["results"]["outcome"] == "FileRefused"
    assert pipeline.get(run.output["outputs"]["report"])
    assert run.output["outputs"]["processed"] not in pipeline.keys("processed/")
    record = pipeline.ledger(run)
    assert (record["state"], record["outcome"]) == ("COMPLETED", "FileRefused")
    completed = pipeline.domain_events(run)[-1]
    assert completed["detail_type"] == "Run Completed"
    assert completed["detail"]["refusal_code"] == code


def test_a_wrong_header_is_refused(pipeline: Pipeline, key: Callable[..., str]) -> None:
    body = sample("good.csv").replace(b"order_id,", b"order,", 1)
    refused(pipeline, pipeline.drop(key(), body), "missing-label")


def test_what_is_no_csv_is_refused(pipeline: Pipeline, key: Callable[..., str]) -> None:
    refused(pipeline, pipeline.drop(key("notes.txt"), b"not a table"), "source-error")


def test_an_empty_file_is_refused_and_not_ignored(pipeline: Pipeline, key: Callable[..., str]) -> None:
    run = pipeline.drop(key("empty.csv"), b"")
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "FileRefused"), (run.error, run.cause)


def test_too_many_rejects_refuse_the_file_and_show_them(pipeline: Pipeline, key: Callable[..., str]) -> None:
    good = sample("good.csv").splitlines(keepends=True)[1]
    bad = b"".join(b"ORD7%05d,never,Nova 3,Auralis,2024,379,Europe,,8,128,Black\n" % n for n in range(9))
    run = pipeline.drop(key(), HEADER + good + bad)
    refused(pipeline, run, "reject-rate-exceeded")
    rejected = list(csv.DictReader(io.StringIO(pipeline.get(run.output["outputs"]["rejected"]).decode())))
    assert len(rejected) == 9
    assert {row["rejection_codes"] for row in rejected} == {"date:type-error"}


def test_a_header_alone_has_no_records(pipeline: Pipeline, key: Callable[..., str]) -> None:
    run = pipeline.drop(key(), HEADER)
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "NoRecords"), (run.error, run.cause)
    assert len(pipeline.mails(run)) == 1


def test_all_rejected_is_an_outcome_of_its_own(pipeline: Pipeline) -> None:
    contract = pipeline.json("contracts/smartphone-sales.json")
    contract["sluice"]["maxRejectRate"] = 1
    pipeline.s3.put_object(Bucket=pipeline.bucket, Key="contracts/lenient.json", Body=json.dumps(contract))
    bad = b"".join(b"ORD7%05d,never,Nova 3,Auralis,2024,379,Europe,,8,128,Black\n" % n for n in range(3))
    run = pipeline.drop("input/lenient/file.csv", HEADER + bad)
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "AllRecordsRejected"), (run.error, run.cause)
    assert run.output["records"] == {"read": 3, "valid": 0, "rejected": 3}
    assert len(pipeline.mails(run)) == 1
    processed = pipeline.get(run.output["outputs"]["processed"])
    assert processed.count(b"\n") == 1, "the processed file is there, with its header alone"


@pytest.mark.parametrize("name", ["a b+c.csv", "100%25 %zz.csv", "größe 東京.csv", "semi;colon'quote.CSV"])
def test_a_key_is_taken_as_it_is(pipeline: Pipeline, key: Callable[..., str], messy: bytes, name: str) -> None:
    dropped = key(name)
    run = pipeline.drop(dropped, messy)
    assert run.states[-1] == "Completed", (run.error, run.cause)
    assert run.output["source_file"] == dropped
    rows = list(csv.DictReader(io.StringIO(pipeline.get(run.output["outputs"]["processed"]).decode(), newline="")))
    assert {row["source_file"] for row in rows} == {dropped}
    [mail] = pipeline.mails(run)
    assert name in bodies(mail)["text/plain"]


def test_a_rejected_file_is_corrected_and_dropped_again(pipeline: Pipeline, key: Callable[..., str]) -> None:
    first = pipeline.drop(key(), sample("messy.csv"))
    rejected = pipeline.get(first.output["outputs"]["rejected"]).decode()
    rows = list(csv.DictReader(io.StringIO(rejected, newline="")))
    wrong = next(row for row in rows if row["rejection_codes"] == "ram:constraint-error")
    wrong["ram"] = "16"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerow(wrong)
    run = pipeline.drop(key("corrected.csv"), text.getvalue().encode())
    assert run.states[-1] == "Completed", (run.error, run.cause)
    [row] = csv.DictReader(io.StringIO(pipeline.get(run.output["outputs"]["processed"]).decode(), newline=""))
    assert (row["order_id"], row["ram"]) == (wrong["order_id"], "16")
    assert "rejection_codes" not in row and "raw_record" not in row


def test_what_is_outside_input_starts_nothing(pipeline: Pipeline, messy: bytes) -> None:
    before = pipeline.states.list_executions(stateMachineArn=pipeline.machine, maxResults=1)["executions"][0]
    for elsewhere in ("elsewhere/file.csv", "processed/file.csv", "input/folder/"):
        pipeline.put(elsewhere, b"" if elsewhere.endswith("/") else messy)
    last = pipeline.drop("input/smartphone-sales/after-elsewhere.csv", messy)
    listed = pipeline.states.list_executions(stateMachineArn=pipeline.machine, maxResults=2)["executions"]
    assert [each["executionArn"] for each in listed] == [last.arn, before["executionArn"]]
