"""`sluice` as a person uses it, against the whole pipeline."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import sample
from deployment import REPOSITORY
from emulator import insist
from pipeline import Pipeline

Sluice = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def sluice(pipeline: Pipeline) -> Sluice:
    """The binary: SLUICE_BIN, or the debug build."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    program = os.environ.get("SLUICE_BIN") or shutil.which("sluice", path=target / "debug")
    reason = "there is no sluice in target/debug: cargo build --package sluice --features aws"
    if program is None:
        (pytest.fail if insist() else pytest.skip)(reason)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**pipeline.emulator.environment(), "AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/bin:/bin"}
        return subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)

    return run


def test_drop_follows_the_run_to_its_end(pipeline: Pipeline, sluice: Sluice, tmp_path: Path) -> None:
    file = tmp_path / "from the command line.csv"
    file.write_bytes(sample("messy.csv"))
    told = sluice("drop", str(file), "--bucket", pipeline.bucket, "--output", "json")
    assert told.returncode == 0, told.stderr
    result = json.loads(told.stdout)
    assert (result["status"], result["outcome"]) == ("SUCCEEDED", "Completed")
    assert result["records"] == {"read": 95, "valid": 68, "rejected": 27}
    again = sluice("drop", str(file), "--bucket", pipeline.bucket)
    assert again.returncode == 0 and "already" in (again.stdout + again.stderr).lower()

    listed = sluice("executions", "--state-machine", pipeline.machine)
    assert listed.returncode == 0, listed.stderr
    assert "from the command line.csv" in listed.stdout or result["run"][:8] in listed.stdout
    shown = sluice("show", result["run"], "--state-machine", pipeline.machine)
    assert shown.returncode == 0, shown.stderr
    for state in ("ClaimFile", "ValidateAndPartition", "Analyze", "SendReport"):
        assert state in shown.stdout


def test_a_run_in_the_bucket_is_proven_again(pipeline: Pipeline, sluice: Sluice, key: Callable[..., str], messy: bytes) -> None:
    run = pipeline.drop(key(), messy)
    told = sluice("verify", run.name, "--bucket", pipeline.bucket, "--output", "json")
    assert told.returncode == 0, told.stdout + told.stderr
    verdict = json.loads(told.stdout)
    assert verdict["verdict"] == "proven" and len(verdict["checks"]) >= 9
    pipeline.s3.put_object(Bucket=pipeline.bucket, Key=run.output["outputs"]["analysis"], Body=b"{}")
    told = sluice("verify", run.name, "--bucket", pipeline.bucket)
    assert told.returncode == 1 and "disproved" in told.stdout
    told = sluice("verify", "no-such-run", "--bucket", pipeline.bucket)
    assert told.returncode == 1 and "name the run in full" in told.stderr


def test_a_failed_run_is_explained_and_redriven(
    pipeline: Pipeline, sluice: Sluice, key: Callable[..., str], messy: bytes
) -> None:
    pipeline.emulator.kill_next(f"{pipeline.name}-validate-and-partition", times=3)
    failed = pipeline.drop(key(), messy)
    assert failed.status == "FAILED"
    shown = sluice("show", failed.name, "--state-machine", pipeline.machine)
    assert "Runtime.ExitError" in shown.stdout, shown.stderr
    redriven = sluice("redrive", failed.arn, "--output", "json")
    assert redriven.returncode == 0, redriven.stderr
    assert pipeline.run(failed.arn).states[-1] == "Completed"
