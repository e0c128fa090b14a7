"""The report is sent at most once. A refusal is visible, an unknown result is ambiguous, no mail is sent twice."""

from collections.abc import Callable

import pytest
from pipeline import Pipeline, Run

REFUSED = {"status": 400, "error": "MessageRejected", "message": "Email address is not verified."}
THROTTLED = {"status": 429, "error": "TooManyRequestsException", "message": "Maximum sending rate exceeded."}
BROKEN = {"status": 500, "error": "InternalServiceErrorException", "message": "Something went wrong."}


def published(pipeline: Pipeline, run: Run) -> None:
    """Checks that the run's outputs are there, with or without the mail."""
    assert run.status == "SUCCEEDED", (run.error, run.cause)
    assert run.output["records"] == {"read": 95, "valid": 68, "rejected": 27}
    assert pipeline.json(run.output["outputs"]["manifest"])["results"]["outcome"] == "Completed"
    assert pipeline.ledger(run)["state"] == "COMPLETED"


def test_a_refused_mail_is_told_and_nothing_is_lost(pipeline: Pipeline, key: Callable[..., str], messy: bytes) -> None:
    dropped = key("refused-mail.csv")
    pipeline.emulator.fault("ses", "SendEmail", **REFUSED, times=99)
    run = pipeline.drop(dropped, messy)
    published(pipeline, run)
    assert run.states[-1] == "CompletedWithoutReport"
    assert (run.output["mail"], run.output["mail_error"]) == ("NOT_SENT", "EmailRefusedError")
    assert not pipeline.mails(run)
    assert not pipeline.mail_marks(run), "a refusal clears the mark, so that another attempt may send"
    [item] = [item for item in pipeline.items("analyses_table") if item["correlation_id"] == run.name]
    assert item["notification_sent"] is False


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_500_is_ambiguous_and_never_repeated(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes, when: str
) -> None:
    dropped = key()
    pipeline.emulator.fault("ses", "SendEmail", **BROKEN, when=when)
    run = pipeline.drop(dropped, messy)
    published(pipeline, run)
    assert run.states[-1] == "CompletedWithoutReport"
    assert run.output["mail"] == "AMBIGUOUS"
    assert len(pipeline.mails(run)) == (1 if when == "after" else 0)
    [mark] = pipeline.mail_marks(run)
    assert mark["state"] == "sending"
    again = pipeline.drop(dropped, messy)
    assert again.states[-1] == "DuplicateSkipped" and again.output["mail"] == "AMBIGUOUS"
    assert len(pipeline.mails(run)) == (1 if when == "after" else 0)


def test_throttling_that_passes_costs_nothing(pipeline: Pipeline, key: Callable[..., str], messy: bytes) -> None:
    pipeline.emulator.fault("ses", "SendEmail", **THROTTLED)
    run = pipeline.drop(key(), messy)
    published(pipeline, run)
    assert (run.states[-1], run.output["mail"]) == ("Completed", "SENT")
    assert run.failures == ["ThrottledError"]
    assert len(pipeline.mails(run)) == 1


def test_a_death_after_the_mail_does_not_send_it_again(
    pipeline: Pipeline, key: Callable[..., str], messy: bytes
) -> None:
    function = f"{pipeline.name}-send-report"
    pipeline.emulator.fault("ses", "SendEmail", when="after", kill=function)
    run = pipeline.drop(key(), messy)
    published(pipeline, run)
    assert run.failures == ["Runtime.ExitError"]
    assert len(pipeline.mails(run)) == 1
    assert (run.states[-1], run.output["mail"]) == ("CompletedWithoutReport", "AMBIGUOUS")
