"""A dropped file becomes good rows, bad rows with reasons, facts, an analysis, a manifest and one mail."""

import base64
import hashlib
import json
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from conftest import MODEL_ID, VARIABLES, sample
from pipeline import Pipeline, Run, bodies

STATES = [
    "ClaimFile",
    "RouteClaim",
    "ValidateAndPartition",
    "RouteRecords",
    "Aggregate",
    "Analyze",
    "RenderReport",
    "CompleteRun",
    "SendReport",
    "RouteOutcome",
    "Completed",
]


@pytest.fixture(scope="module")
def run(pipeline: Pipeline, good_answer: dict[str, Any]) -> Run:
    """The run of the messy sample that this module is about."""
    pipeline.emulator.script_model(MODEL_ID, {**good_answer, "repeat": True})
    return pipeline.drop("input/smartphone-sales/messy.csv", sample("messy.csv"))


@pytest.fixture(scope="module")
def manifest(pipeline: Pipeline, run: Run) -> dict[str, Any]:
    """Its manifest."""
    return pipeline.json(run.output["outputs"]["manifest"])


def test_the_rule_starts_the_alias_and_every_state_is_passed_once(pipeline: Pipeline, run: Run) -> None:
    assert (run.status, run.states, run.failures) == ("SUCCEEDED", STATES, []), run.error
    described = pipeline.states.describe_execution(executionArn=run.arn)
    assert described["stateMachineAliasArn"] == f"{pipeline.machine}:live"
    assert run.output["outcome"] == "Completed"
    assert run.output["mail"] == "SENT"
    assert run.output["records"] == {"read": 95, "valid": 68, "rejected": 27}
    entered = [event["type"] for event in run.events]
    assert entered[0] == "ExecutionStarted" and entered[-1] == "ExecutionSucceeded"


@pytest.mark.parametrize("output", ["processed", "rejected"])
def test_the_outputs_are_the_laptops_byte_for_byte(pipeline: Pipeline, run: Run, manifest: Any, output: str) -> None:
    expected = sample(f"expected/messy_{output}.csv")
    started = manifest["run"]["started_at"].split(".")[0].removesuffix("Z") + "Z"
    expected = expected.replace(b",sample,", f",{run.name},".encode())
    expected = expected.replace(b"2026-01-01T00:00:00Z", started.encode())
    assert pipeline.get(run.output["outputs"][output]) == expected


def test_objects_say_where_they_come_from(pipeline: Pipeline, run: Run, manifest: Any) -> None:
    source = pipeline.head("input/smartphone-sales/messy.csv")
    counts = {"processed": "68", "rejected": "27"}
    for output, count in counts.items():
        key = run.output["outputs"][output]
        head, body = pipeline.head(key), pipeline.get(key)
        assert head["ContentType"].startswith("text/csv")
        assert head["ServerSideEncryption"] == "aws:kms"
        metadata = head["Metadata"]
        assert metadata["record-count"] == count
        assert metadata["correlation-id"] == run.name
        assert metadata["file-hash"].removeprefix("sha256:") == hashlib.sha256(body).hexdigest()
        assert metadata["source-version-id"] == source["VersionId"]
        assert metadata["source-etag"].strip('"') == source["ETag"].strip('"')
        assert metadata["processed-at"][:19] == manifest["run"]["started_at"][:19]


def test_the_manifest_vouches_for_every_object(pipeline: Pipeline, run: Run, manifest: Any) -> None:
    results = manifest["results"]
    published = [
        results["validation"]["processed"],
        results["validation"]["rejected"],
        results["aggregation"]["facts"],
        results["analysis"]["analysis"],
        results["report"]["report"],
    ]
    for each in published:
        body = pipeline.get(each["key"])
        assert (len(body), hashlib.sha256(body).hexdigest()) == (each["size_bytes"], each["sha256"]), each["key"]
    assert manifest["run"]["correlation_id"] == run.name
    assert manifest["run"]["source"]["version_id"] == pipeline.head("input/smartphone-sales/messy.csv")["VersionId"]
    contract = pipeline.head("contracts/smartphone-sales.json")
    assert manifest["run"]["contract"]["version_id"] == contract["VersionId"]
    assert manifest["run"]["contract"]["sha256"] == hashlib.sha256(sample("contract.json")).hexdigest()
    assert results["validation"]["records"] == {"read": 95, "valid": 68, "rejected": 27}
    assert manifest["run"]["source"]["checksum"].lower().startswith("crc64nvme:")


def test_no_run_leaves_anything_behind(pipeline: Pipeline, run: Run) -> None:
    assert pipeline.leftovers() == []
    reports = f"reports/{run.name}/"
    expected = {f"{reports}{name}" for name in ("facts.json", "analysis.json", "report.html", "manifest.json")}
    assert set(pipeline.keys(reports)) == expected
    for key in expected:
        versions = pipeline.s3.list_object_versions(Bucket=pipeline.bucket, Prefix=key)["Versions"]
        assert len(versions) == 1, f"{key} was written {len(versions)} times"


def test_the_ledger_is_the_files_history(pipeline: Pipeline, run: Run) -> None:
    record = pipeline.ledger(run)
    assert record["state"] == "COMPLETED"
    assert record["outcome"] == "Completed"
    assert record["file"] == "input/smartphone-sales/messy.csv"
    assert record["size_bytes"] == len(sample("messy.csv"))
    assert record["records"] == {"read": 95, "valid": 68, "rejected": 27}
    assert run.output["outputs"]["processed"] in record["outputs"]
    assert record["expires_at"] > 0
    owners = [item for item in pipeline.items("ledger_table") if item["pk"] == f"owner#{run.arn}"]
    assert len(owners) == 1


def test_the_analysis_is_kept_and_knows_that_the_mail_went_out(pipeline: Pipeline, run: Run) -> None:
    found = pipeline.dynamodb.query(
        TableName=pipeline.outputs["analyses_table"],
        IndexName="by-correlation-id",
        KeyConditionExpression="correlation_id = :run",
        ExpressionAttributeValues={":run": {"S": run.name}},
    )["Items"]
    assert len(found) == 1
    item = {name: TypeDeserializer().deserialize(value) for name, value in found[0].items()}
    assert item["model"] == MODEL_ID
    assert (item["input_tokens"], item["output_tokens"]) == (1200, 300)
    assert float(item["cost_usd"]) == pytest.approx(1200 * 0.06e-6 + 300 * 0.24e-6)
    assert item["records_analyzed"] == 68
    assert item["notification_sent"] is True and item["notification_timestamp"]
    assert item["source_file"] == "input/smartphone-sales/messy.csv"
    assert item["processed_file"] == run.output["outputs"]["processed"]
    assert item["ttl"] > 0


def test_one_mail_in_two_forms_with_the_right_numbers(pipeline: Pipeline, run: Run) -> None:
    [mail] = pipeline.mails(run)
    assert "sluice@example.org" in mail["From"]
    assert [address.addr_spec for address in mail["To"].addresses] == VARIABLES["recipient_emails"]
    assert "messy.csv" in mail["Subject"]
    forms = bodies(mail)
    assert set(forms) == {"text/plain", "text/html"}
    for expected in ("Read:     95", "Valid:    68", "Rejected: 27"):
        assert expected in forms["text/plain"]
    for body in forms.values():
        assert MODEL_ID in body and run.output["outputs"]["rejected"] in body
    assert not list(mail.iter_attachments()), "row data must not leave the bucket by default"
    [mark] = pipeline.mail_marks(run)
    assert mark["state"] == "sent" and mark["message_id"] == run.output["message_id"]


def test_domain_events_come_in_order_and_hold_no_rows(pipeline: Pipeline, run: Run) -> None:
    events = pipeline.domain_events(run)
    kinds = [event["detail_type"] for event in events]
    assert kinds == ["File Claimed", "Processing Complete", "Analysis Complete", "Run Completed"]
    assert {event["source"] for event in events} == {"sluice"}
    assert events[-1]["detail"]["outcome"] == "Completed"
    assert b"Frost 11" not in json.dumps(events).encode()


def test_the_model_saw_facts_and_was_made_to_use_the_tool(pipeline: Pipeline, run: Run) -> None:
    request = pipeline.emulator.model_requests(MODEL_ID)[-1]
    assert request["toolConfig"]["toolChoice"] == {"tool": {"name": "record_analysis"}}
    assert request["inferenceConfig"]["temperature"] == 0
    assert b"ORD0" not in json.dumps(request).encode(), "the prompt must hold facts, not rows"
    analysis = pipeline.json(run.output["outputs"]["analysis"])
    assert analysis["model"] == MODEL_ID and analysis["degraded_because"] is None
    assert analysis["replaced_statements"] == 0


def test_logs_and_metrics_are_structured_and_tell_no_secrets(pipeline: Pipeline, run: Run) -> None:
    metrics: dict[str, Any] = {}
    for step in pipeline.outputs["function_names"]:
        lines = pipeline.logs(step)
        assert lines, step
        text = json.dumps(lines)
        for secret in ("reader@example.org", "Fast, light and well built", "ORD900001", "ask in store"):
            assert secret not in text, f"{step} logs {secret}"
        own = [line for line in lines if line.get("execution") == run.arn]
        assert {line["message"] for line in own} == {"started", "finished"}, step
        assert {line["object_key"] for line in own} == {run.input["detail"]["object"]["key"]}, step
        for line in lines:
            if "_aws" not in line or run.name not in json.dumps(line):
                continue
            for directive in line["_aws"]["CloudWatchMetrics"]:
                assert directive["Namespace"] == "Sluice"
                for metric in directive["Metrics"]:
                    metrics[metric["Name"]] = line[metric["Name"]]
                    assert all(line[dimension] for names in directive["Dimensions"] for dimension in names)
    counted = {name: metrics[name] for name in ("RecordsRead", "RecordsValid", "RecordsRejected", "InputTokens")}
    assert counted == {"RecordsRead": 95, "RecordsValid": 68, "RecordsRejected": 27, "InputTokens": 1200}
    assert metrics["SourceBytes"] == len(sample("messy.csv"))
    assert metrics["RejectRate"] == pytest.approx(100 * 27 / 95)
    assert {"Runs", "Claims", "Mails", "StepDuration", "CostUsd", "Degraded"} <= set(metrics)


def test_the_report_page_is_html(pipeline: Pipeline, run: Run) -> None:
    head = pipeline.head(run.output["outputs"]["report"])
    assert head["ContentType"].startswith("text/html")
    assert base64.b64decode(head["ChecksumCRC64NVME"])
