"""A second plan changes nothing; without a model and without mail a run is complete and not degraded."""

from collections.abc import Callable

from conftest import MODEL_ID, VARIABLES
from deployment import Deployment
from pipeline import Pipeline


def test_a_second_plan_is_empty(pipeline: Pipeline, deployment: Deployment) -> None:
    code, told = deployment.plan()
    assert code == 0, told


def test_over_the_ceiling_no_model_is_asked(
    pipeline: Pipeline, deployment: Deployment, key: Callable[..., str], messy: bytes
) -> None:
    deployment.set({**VARIABLES, "bedrock_cost_ceiling_usd": 0.000001})
    deployment.apply("-refresh=false")
    asked = len(pipeline.emulator.model_requests(MODEL_ID))
    run = pipeline.drop(key(), messy)
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "Completed"), (run.error, run.cause)
    assert pipeline.json(run.output["outputs"]["analysis"])["degraded_because"] == "CostCeilingError"
    assert len(pipeline.emulator.model_requests(MODEL_ID)) == asked


def test_without_model_and_mail_a_run_is_whole(
    pipeline: Pipeline, deployment: Deployment, key: Callable[..., str], messy: bytes
) -> None:
    deployment.set({**VARIABLES, "enable_bedrock": False, "enable_email": False})
    deployment.apply("-refresh=false")
    asked, sent = len(pipeline.emulator.model_requests(MODEL_ID)), len(pipeline.emulator.mails())
    run = pipeline.drop(key(), messy)
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "Completed"), (run.error, run.cause)
    assert "AnalyzeWithoutModel" not in run.states
    assert run.output["mail"] == "DISABLED"
    analysis = pipeline.json(run.output["outputs"]["analysis"])
    assert (analysis["model"], analysis["degraded_because"]) == ("deterministic", None)
    assert len(pipeline.emulator.model_requests(MODEL_ID)) == asked
    assert len(pipeline.emulator.mails()) == sent
