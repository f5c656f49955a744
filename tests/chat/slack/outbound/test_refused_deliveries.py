"""Each documented error code of Slack, played for one tick: what ends, and what goes on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.slack.outbound import error_table
from bot.context import Context
from bot.domain.reachability import DEACTIVATED
from bot.elements import Home, Text
from tests.chat.refusal_bench import (
    DOUBTFUL_OUTCOME,
    RefusalBench,
    delayed_outcome,
    ended_outcome,
    failed_outcome,
    open_slack_bench,
)
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer
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

SlackBench = tuple[RefusalBench, FakeWebApi]

CLOSED_ACCOUNT_CODES = ["user_disabled", "user_not_found", "user_not_visible", "users_not_found"]
PERSON_CODES = ["cannot_dm_bot", *CLOSED_ACCOUNT_CODES]
MISSING_CHAT_CODES = ["channel_not_found", "not_in_channel"]
CHAT_CODES = [
    "ekm_access_denied",
    "is_archived",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
]
WORKSPACE_CODES = [
    "accesslimited",
    "account_inactive",
    "bad_client_secret",
    "enterprise_is_restricted",
    "invalid_auth",
    "invalid_client_id",
    "invalid_refresh_token",
    "messages_tab_disabled",
    "missing_scope",
    "not_allowed_token_type",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
]
TRANSIENT_CODES = ["message_limit_exceeded", "rate_limited", "ratelimited", "team_added_to_org"]
AMBIGUOUS_CODES = ["fatal_error", "internal_error", "request_timeout", "service_unavailable"]
REQUEST_CODES = [
    *sorted(
        error_table.SUBJECT_BY_CODE.keys()
        - {*PERSON_CODES, *MISSING_CHAT_CODES, *CHAT_CODES}
        - {*WORKSPACE_CODES, *TRANSIENT_CODES, *AMBIGUOUS_CODES}
    ),
    "a_code_of_next_year",
]
VIEW_CODES = [
    "duplicate_external_id",
    "exchanged_trigger_id",
    "expired_trigger_id",
    "hash_conflict",
    "invalid_trigger_id",
    "missing_profile_id",
    "not_enabled",
    "not_found",
    "not_implemented",
    "push_limit_reached",
    "user_not_found",
    "view_too_large",
]


@pytest.fixture
async def slack(
    context: Context, clock: FakeClock, tmp_path: Path, prepared_stores: Path
) -> AsyncIterator[SlackBench]:
    """Marie's team on Slack."""
    async with open_slack_bench(context, clock, tmp_path, prepared_stores) as bench:
        yield bench


def answer_on_slack(code: str) -> PlannedAnswer:
    """Return Slack's response with an error *code*."""
    return PlannedAnswer({"ok": False, "error": code})


@pytest.mark.parametrize("code", REQUEST_CODES)
async def test_slack_request_code_fails_one_message(slack: SlackBench, code: str) -> None:
    """A code about our request, or an unknown one, fails one message and no other."""
    assert await slack[0].play_refusal(answer_on_slack(code)) == failed_outcome(code)


async def test_failures_over_weeks_change_no_frequency(slack: SlackBench) -> None:
    """After eight weeks of failures the person is still asked each week."""
    bench, _ = slack
    bench.refuse(answer_on_slack("invalid_blocks"))
    for week in range(10):
        if week == 8:
            bench.refuse(None)
        await bench.run_tick()
        bench.clock.advance(weeks=1)

    states = [row.state.value for row in await bench.load_checkins()]
    assert states == ["failed"] * 8 + ["sent"] * 2


async def test_failure_is_logged_without_typed_text(
    slack: SlackBench, caplog: pytest.LogCaptureFixture
) -> None:
    """The log contains the action, the kind and a code, and no person or other text."""
    await slack[0].play_refusal(answer_on_slack("not sent to Marie of T0PRACTICE"))
    (record,) = [row for row in caplog.records if row.msg == "deliveries.failed"]

    assert (record.__dict__["kind"], record.__dict__["reason"]) == ("checkin", "unreadable_code")
    logged = " ".join(str(row.__dict__) for row in caplog.records if row.name.startswith("attune"))
    assert "Marie" not in logged
    assert slack[0].marie.id not in logged


@pytest.mark.parametrize("code", ["cannot_dm_bot", *CHAT_CODES])
async def test_slack_addressee_code_ends_the_messages(slack: SlackBench, code: str) -> None:
    """A code about the person or their chat ends their messages after one attempt."""
    assert await slack[0].play_refusal(answer_on_slack(code)) == ended_outcome(code)


@pytest.mark.parametrize("code", CLOSED_ACCOUNT_CODES)
async def test_slack_closed_account_ends_the_messages(slack: SlackBench, code: str) -> None:
    """A code of a closed account has the same result as a deactivation event, at one attempt."""
    outcome = await slack[0].play_refusal(answer_on_slack(code))

    assert outcome == ended_outcome(code, reason=DEACTIVATED)


@pytest.mark.parametrize("code", MISSING_CHAT_CODES)
async def test_slack_missing_chat_ends_the_messages_at_the_second_attempt(
    slack: SlackBench, code: str
) -> None:
    """A chat that is not found either after it was opened anew ends the person's messages."""
    assert await slack[0].play_refusal(answer_on_slack(code)) == ended_outcome(code, attempts=2)


@pytest.mark.parametrize("code", WORKSPACE_CODES)
async def test_slack_workspace_code_suspends_the_workspace(slack: SlackBench, code: str) -> None:
    """A code about the whole workspace suspends it, and the message is sent afterwards."""
    outcome = await slack[0].play_refusal(answer_on_slack(code))

    assert outcome == delayed_outcome(is_suspended=True)


@pytest.mark.parametrize("code", TRANSIENT_CODES)
async def test_slack_transient_code_delays_the_message(slack: SlackBench, code: str) -> None:
    """A transient code delays the message by a rest."""
    outcome = await slack[0].play_refusal(answer_on_slack(code))

    assert outcome == delayed_outcome(is_suspended=False)


@pytest.mark.parametrize("code", AMBIGUOUS_CODES)
async def test_slack_ambiguous_code_is_never_sent_again(slack: SlackBench, code: str) -> None:
    """A message that may have been posted is not sent again, and the next one is sent."""
    assert await slack[0].play_refusal(answer_on_slack(code)) == DOUBTFUL_OUTCOME


@pytest.mark.parametrize("code", VIEW_CODES)
async def test_slack_view_code_ends_nothing(slack: SlackBench, code: str) -> None:
    """A Home tab that cannot be published ends no messages."""
    bench, api = slack
    api.plan_error("views.publish", code)
    await bench.context.outlets["slack"].show_home(bench.marie, Home((Text("Hello"),)))
    await bench.run_tick()

    assert "views.publish" in api.called_methods()
    assert [row.state for row in await bench.load_checkins()] == ["sent"]
