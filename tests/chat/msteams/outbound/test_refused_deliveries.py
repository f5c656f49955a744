"""Each documented error code of Teams, played for one tick: what ends, and what goes on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.msteams.outbound import error_table
from bot.context import Context
from tests.chat.msteams import microsoft
from tests.chat.refusal_bench import (
    DOUBTFUL_OUTCOME,
    RefusalBench,
    delayed_outcome,
    ended_outcome,
    failed_outcome,
    open_teams_bench,
)
from tests.doubles import (
    FakeClock,
    clock,
    context,
    empty_database,
    full_catalogue,
    outlet,
    prepared_stores,
)

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet", "prepared_stores"]

TeamsBench = tuple[RefusalBench, microsoft.FakeMicrosoft]

ADDRESSEE_CODES = [
    (403, "BotDisabledByUser"),
    (403, "BotNotInConversationRoster"),
    (403, "ConversationBlockedByUser"),
    (403, "ForbiddenOperationException"),
    (403, "MessageWritesBlocked"),
]
WORKSPACE_CODES = [(401, "BotNotRegistered"), (403, "TenantNotAllowed")]
TRANSIENT_CODES = [
    (401, "Unauthorized"),
    (401, ""),
    (408, ""),
    (412, "PreconditionFailed"),
    (429, "Throttled"),
    (429, "TooManyRequests"),
    (429, "ConversationNotFound"),
]
AMBIGUOUS_CODES = [
    (500, "ServiceError"),
    (502, "ServiceError"),
    (502, "ConversationNotFound"),
    (503, ""),
    (504, ""),
]
_OTHER_CODES = {
    "ConversationNotFound",
    *(code for _, code in ADDRESSEE_CODES + WORKSPACE_CODES + TRANSIENT_CODES),
}
_REQUEST_STATUSES = {
    "ActivityNotFoundInConversation": 404,
    "Conflict": 409,
    "MessageSizeTooBig": 413,
    "MethodNotAllowed": 405,
    "NotFound": 404,
    "RequestEntityTooLarge": 413,
    "UnsupportedMediaType": 415,
}
REQUEST_CODES = [
    *(
        (_REQUEST_STATUSES.get(code, status), code)
        for code in sorted(error_table.SUBJECT_BY_CODE.keys() - _OTHER_CODES)
        for status in (400, 403)
    ),
    (403, ""),
    (422, "ACodeOfNextYear"),
]


@pytest.fixture
async def teams(
    context: Context, clock: FakeClock, tmp_path: Path, prepared_stores: Path
) -> AsyncIterator[TeamsBench]:
    """Marie's team on Teams."""
    async with open_teams_bench(context, clock, tmp_path, prepared_stores) as bench:
        yield bench


def answer_on_teams(status: int, code: str) -> microsoft.PlannedAnswer:
    """Return Teams' response with a *status* and an error *code*, ``""`` for none."""
    return microsoft.PlannedAnswer(status, {"error": {"code": code}} if code else None)


@pytest.mark.parametrize(("status", "code"), REQUEST_CODES)
async def test_teams_request_code_fails_one_message(
    teams: TeamsBench, status: int, code: str
) -> None:
    """A code about our request, or an unknown one, fails one message and no other."""
    outcome = await teams[0].play_refusal(answer_on_teams(status, code))

    assert outcome == failed_outcome(code or f"http_{status}")


@pytest.mark.parametrize(("status", "code"), ADDRESSEE_CODES)
async def test_teams_addressee_code_ends_the_messages(
    teams: TeamsBench, status: int, code: str
) -> None:
    """A person who blocked or removed the bot gets no further message."""
    assert await teams[0].play_refusal(answer_on_teams(status, code)) == ended_outcome(code)


async def test_teams_missing_chat_ends_the_messages_at_the_second_attempt(
    teams: TeamsBench,
) -> None:
    """A chat that is not found either after it was created anew ends the person's messages."""
    outcome = await teams[0].play_refusal(answer_on_teams(404, "ConversationNotFound"))

    assert outcome == ended_outcome("ConversationNotFound", attempts=2)


async def test_teams_not_found_without_a_code_fails_at_the_second_attempt(
    teams: TeamsBench,
) -> None:
    """A 404 without a code does not prove that the person is gone."""
    outcome = await teams[0].play_refusal(answer_on_teams(404, ""))

    assert outcome == failed_outcome("http_404", attempts=2)


@pytest.mark.parametrize(("status", "code"), WORKSPACE_CODES)
async def test_teams_workspace_code_suspends_the_tenant(
    teams: TeamsBench, status: int, code: str
) -> None:
    """A code about the whole bot or tenant suspends it, and the message is sent afterwards."""
    outcome = await teams[0].play_refusal(answer_on_teams(status, code))

    assert outcome == delayed_outcome(is_suspended=True)


@pytest.mark.parametrize(("status", "code"), TRANSIENT_CODES)
async def test_teams_transient_code_delays_the_message(
    teams: TeamsBench, status: int, code: str
) -> None:
    """A transient status delays the message by a rest."""
    outcome = await teams[0].play_refusal(answer_on_teams(status, code))

    assert outcome == delayed_outcome(is_suspended=False)


@pytest.mark.parametrize(("status", "code"), AMBIGUOUS_CODES)
async def test_teams_ambiguous_status_is_never_sent_again(
    teams: TeamsBench, status: int, code: str
) -> None:
    """A message that may have been posted is not sent again, and the next one is sent."""
    assert await teams[0].play_refusal(answer_on_teams(status, code)) == DOUBTFUL_OUTCOME
