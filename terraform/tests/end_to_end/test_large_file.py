"""A file whose outputs are larger than one part of a multipart upload."""

import csv
import hashlib
import io
from collections.abc import Callable

import pytest
from conftest import MODEL_ID, sample
from pipeline import Pipeline, Run

COPIES = 200
PART_BYTES = 8 << 20


def large_file() -> tuple[bytes, int]:
    """The good sample many times over, each record with an order id of its own, and every 50th with a bad price."""
    header, *rows = csv.reader(io.StringIO(sample("good.csv").decode(), newline=""))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    price, records = header.index("price"), 0
    for copy in range(COPIES):
        for row in rows:
            changed = [f"ORD{copy:05d}{row[0][3:]}", *row[1:]]
            if records % 50 == 0:
                changed[price] = "ask"
            writer.writerow(changed)
            records += 1
    return text.getvalue().encode(), records


def is_whole(pipeline: Pipeline, run: Run, body: bytes, records: int) -> None:
    """Checks that the processed rows, without their lineage columns, are the rows of the input, in order."""
    assert run.states[-1] == "Completed", (run.error, run.cause)
    rejected = records // 50
    assert run.output["records"] == {"read": records, "valid": records - rejected, "rejected": rejected}
    processed = run.output["outputs"]["processed"]
    head, bytes_out = pipeline.head(processed), pipeline.get(processed)
    assert len(bytes_out) > PART_BYTES, "the file must be larger than one part"
    assert head["ContentType"].startswith("text/csv") and head["ServerSideEncryption"] == "aws:kms"
    assert head["Metadata"]["record-count"] == str(records - rejected)
    assert head["Metadata"]["file-hash"].removeprefix("sha256:") == hashlib.sha256(bytes_out).hexdigest()
    lineage = b"," + run.output["source_file"].encode()
    good = [line for line in body.splitlines()[1:] if b",ask," not in line]
    rows = bytes_out.splitlines()[1:]
    assert len(rows) == len(good) and all(row.startswith(line) for row, line in zip(rows, good, strict=True))
    assert all(row.endswith(lineage) for row in rows)


def test_outputs_go_through_multipart_uploads_and_staging_is_cleared(
    pipeline: Pipeline, key: Callable[..., str]
) -> None:
    pipeline.emulator.script_model(MODEL_ID, {"tool_input": {}, "repeat": True})
    body, records = large_file()
    run = pipeline.drop(key("large.csv"), body)
    is_whole(pipeline, run, body, records)
    assert pipeline.leftovers() == []
    processed = run.output["outputs"]["processed"]
    versions = pipeline.s3.list_object_versions(Bucket=pipeline.bucket, Prefix=processed)["Versions"]
    assert len(versions) == 1


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload", "CopyObject"])
def test_a_death_in_the_middle_of_an_upload_leaves_only_what_expires(
    pipeline: Pipeline, key: Callable[..., str], operation: str
) -> None:
    """A process that was killed cannot clean up. The bucket's lifecycle does it, below `staging/`."""
    pipeline.emulator.script_model(MODEL_ID, {"tool_input": {}, "repeat": True})
    pipeline.emulator.fault("s3", operation, when="after", kill=f"{pipeline.name}-validate-and-partition")
    body, records = large_file()
    before = set(pipeline.leftovers())
    run = pipeline.drop(key("large.csv"), body)
    assert run.failures[0] == "Runtime.ExitError"
    is_whole(pipeline, run, body, records)
    assert all(left.startswith("staging/") for left in set(pipeline.leftovers()) - before)
