"""One emulator and one deployment for all tests, which share them and tell their files apart by key."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from deployment import REPOSITORY, Deployment, missing
from emulator import Emulator, insist
from pipeline import Pipeline, Run

# The order in which the modules run. The last two change the deployment and destroy it.
ORDER = [
    "test_emulator",
    "test_run",
    "test_duplicates",
    "test_files",
    "test_model",
    "test_mail",
    "test_faults",
    "test_deaths",
    "test_operations",
    "test_command_line",
    "test_large_file",
    "test_switched_off",
    "test_teardown",
]

MODEL_ID = "amazon.nova-lite-v1:0"
VARIABLES = {
    "environment": "dev",
    "sender_email": "sluice@example.org",
    "recipient_emails": ["reader@example.org", "second@example.org"],
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the modules in order."""
    items.sort(key=lambda item: ORDER.index(item.module.__name__))


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """The emulated AWS."""
    reason = missing()
    if reason is not None:
        # If something that the tests need is missing, they are skipped, or fail where SLUICE_INSIST is set.
        (pytest.fail if insist() else pytest.skip)(reason)
    emulator = Emulator()
    yield emulator
    emulator.close()


@pytest.fixture(scope="session")
def deployment(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The Terraform project, initialised."""
    return Deployment(tmp_path_factory.mktemp("deployment"), emulator, VARIABLES)


@pytest.fixture(scope="session")
def pipeline(emulator: Emulator, deployment: Deployment) -> Pipeline:
    """The pipeline, applied once."""
    return Pipeline(emulator, deployment.apply(), "sluice-dev", MODEL_ID)


@pytest.fixture(scope="session")
def degraded(pipeline: Pipeline) -> Run:
    """A run whose model gives only useless answers. Its prompt says what a good answer must name."""
    pipeline.emulator.script_model(MODEL_ID, {"tool_input": {"summary": 7}, "repeat": True})
    return pipeline.drop("input/smartphone-sales/degraded.csv", sample("messy.csv"))


@pytest.fixture(scope="session")
def good_answer(pipeline: Pipeline, degraded: Run) -> dict[str, Any]:
    """A good answer about the sample: the claims that its prompt suggests, with a few words around them."""
    assert degraded.status == "SUCCEEDED", degraded
    answer = answer_to(pipeline.emulator.model_requests(MODEL_ID)[0])
    return {"tool_input": answer, "input_tokens": 1200, "output_tokens": 300}


@pytest.fixture(autouse=True)
def calm(pipeline: Pipeline, good_answer: dict[str, Any]) -> Iterator[None]:
    """Removes the faults and replies of earlier tests. The model gives a good answer unless a test sets another."""
    pipeline.emulator.script_model(MODEL_ID, {**good_answer, "repeat": True})
    yield
    pipeline.emulator.forget_faults()


@pytest.fixture
def key() -> Callable[..., str]:
    """A key of a file that no other test drops."""

    def fresh(name: str = "file.csv") -> str:
        return f"input/smartphone-sales/{uuid.uuid4().hex[:8]}/{name}"

    return fresh


@pytest.fixture(scope="session")
def messy() -> bytes:
    """The sample with rejects."""
    return sample("messy.csv")


def sample(name: str) -> bytes:
    """A file of the sample dataset."""
    return (REPOSITORY / "samples" / "smartphone-sales" / name).read_bytes()


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """A complete answer to the prompt: each statement that it wants, with the claim that it says would answer it."""
    prompt = request["messages"][0]["content"][0]["text"]
    asked = re.findall(r"^((?:insight|recommendation)\.\w+): .* Answered by: (\w+) ([\w ]+)$", prompt, re.MULTILINE)
    odd = re.findall(r"^(anomaly\.\d+) ", prompt, re.MULTILINE)
    claims = {name: [{"claim": claim, **ids_of(rest)}] for name, claim, rest in asked}
    claims |= {name: [] for name in odd} | {"summary": [{"claim": "rejects", "ids": ["file"]}]}
    words = "Look into {1} before the next order."
    statements = [{"statement": name, "claims": made, "words": words} for name, made in claims.items()]
    return {"statements": statements}


def ids_of(words: str) -> dict[str, Any]:
    """The ids of a suggested claim, and its statistic where one is named."""
    ids = [word for word in words.split() if any(char.isdigit() for char in word) or word in ("x", "t", "file")]
    statistic = [word for word in words.split() if word not in ids]
    return {"ids": ids} | ({"statistic": statistic[0]} if statistic else {})
