"""Scope of a product's error response to a send: this request, or the addressee for good."""

from datetime import timedelta

import pytest

from bot.conversation import Person
from bot.domain.reachability import DEACTIVATED, is_deactivated
from bot.store.repositories import Repositories
from tests.chat.expectations import MONDAY, advance_and_deliver
from tests.chat.msteams import microsoft
from tests.chat.on_slack import SlackProduct
from tests.chat.on_teams import TeamsProduct
from tests.chat.slack import web_api
from tests.chat.surfaces import Product

SLACK_REQUEST_ERRORS = [
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_too_long",
    "no_text",
    "invalid_arguments",
    "invalid_arg_name",
    "metadata_too_large",
    "metadata_must_be_sent_from_app",
    "method_deprecated",
    "restricted_action",
    "user_is_bot",
    "a_code_of_next_year",
]
SLACK_ADDRESSEE_ERRORS = [
    "user_disabled",
    "user_not_found",
    "user_not_visible",
    "cannot_dm_bot",
    "channel_not_found",
]
TEAMS_REQUEST_ERRORS = [
    (400, "BadSyntax"),
    (400, "BadArgument"),
    (400, "ServiceError"),
    (403, "InvalidBotApiHost"),
    (403, "NotEnoughPermissions"),
    (404, "ActivityNotFoundInConversation"),
    (405, "MethodNotAllowed"),
    (409, "Conflict"),
    (413, "MessageSizeTooBig"),
    (415, "UnsupportedMediaType"),
    (422, "ACodeOfNextYear"),
]
TEAMS_ADDRESSEE_ERRORS = [
    (403, "ConversationBlockedByUser"),
    (403, "BotNotInConversationRoster"),
    (403, "ForbiddenOperationException"),
    (403, "MessageWritesBlocked"),
    (403, "BotDisabledByUser"),
    (404, "ConversationNotFound"),
]


async def join_as_marie(product: Product) -> None:
    """Join as Marie, and deliver the team's welcome card first."""
    await product.run_command(product.marie, "checkin join")
    await product.bot.run_duties_and_deliver()


def refuse_on_slack(product: Product, code: str) -> None:
    """Plan Slack's next response to be an error *code*."""
    assert isinstance(product, SlackProduct)
    product.api.planned_answers["chat.postMessage"] = [
        web_api.PlannedAnswer({"ok": False, "error": code})
    ]
    if is_deactivated(code):
        product.api.plan_error("users.info", "user_not_found")


def refuse_on_teams(product: TeamsProduct, status: int, code: str) -> None:
    """Plan Teams' next response to be an error *status* and *code*."""
    product.ms.planned_answers["activities"] = [
        microsoft.PlannedAnswer(status, {"error": {"code": code}})
    ]


async def count_checkins(product: Product) -> dict[tuple[str, str], int]:
    """Count the check-ins by state and reason."""

    def count_rows(repos: Repositories) -> dict[tuple[str, str], int]:
        rows = [row for row in repos.deliveries.count_by_state() if row.kind == "checkin"]
        return {(row.state.value, row.reason): row.count for row in rows}

    return await product.bot.context.store.across_workspaces.read(count_rows)


async def get_unreachable_reason(product: Product) -> str:
    """Return why Marie is unreachable, ``""`` when she is reachable."""
    name = "slack" if isinstance(product, SlackProduct) else "msteams"
    marie = Person(f"{name}:{product.workspace}", product.marie)
    return (
        await product.bot.context.store.across_workspaces.read(
            lambda repos: repos.people.get(marie)
        )
    ).unreachable_reason


async def assert_one_message_fails(
    product: Product, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Assert that an error *code* fails this week's check-in only, with a log and a metric."""
    previous_count = len(product.received_messages(product.marie))
    for minutes in (1, 2, 20):
        await advance_and_deliver(product, MONDAY + timedelta(minutes=minutes))
    attempts = len(product.received_messages(product.marie)) - previous_count
    logged_reasons = [
        record.__dict__["reason"] for record in caplog.records if record.msg == "deliveries.failed"
    ]
    metrics = await product.bot.delivery_metrics.render_prometheus(None)

    assert (attempts, logged_reasons) == (1, [code])
    assert await count_checkins(product) == {("failed", code): 1}
    assert f'{{kind="checkin",reason="{code}",stands="failed"}} 1' in metrics
    assert await get_unreachable_reason(product) == ""

    await advance_and_deliver(product, MONDAY + timedelta(weeks=1, minutes=1))
    assert await count_checkins(product) == {("failed", code): 1, ("sent", ""): 1}
    assert len(product.received_messages(product.marie)) - previous_count == 2


async def assert_addressee_is_suspended(product: Product, code: str) -> None:
    """Assert that an error *code* suspends the addressee after one attempt."""
    previous_count = len(product.received_messages(product.marie))
    for weeks in (0, 1):
        await advance_and_deliver(product, MONDAY + timedelta(weeks=weeks, minutes=1))

    assert len(product.received_messages(product.marie)) - previous_count == 1
    assert await count_checkins(product) == {("gone", code): 1}
    assert await get_unreachable_reason(product) == (DEACTIVATED if is_deactivated(code) else code)


@pytest.mark.parametrize("code", SLACK_REQUEST_ERRORS)
async def test_slack_request_error_fails_one_message(
    slack: Product, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """After Slack's error about a request, next week's check-in is sent as usual."""
    await join_as_marie(slack)
    refuse_on_slack(slack, code)

    await assert_one_message_fails(slack, code, caplog)


@pytest.mark.parametrize("code", SLACK_ADDRESSEE_ERRORS)
async def test_slack_addressee_error_suspends_person(slack: Product, code: str) -> None:
    """After Slack's error about an addressee, no further message is sent to that user."""
    await join_as_marie(slack)
    refuse_on_slack(slack, code)

    await assert_addressee_is_suspended(slack, code)


@pytest.mark.parametrize(("status", "code"), TEAMS_REQUEST_ERRORS)
async def test_teams_request_error_fails_one_message(
    teams: TeamsProduct, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """After Teams' error about a request, next week's check-in is sent as usual."""
    await join_as_marie(teams)
    refuse_on_teams(teams, status, code)

    await assert_one_message_fails(teams, code, caplog)


@pytest.mark.parametrize(("status", "code"), TEAMS_ADDRESSEE_ERRORS)
async def test_teams_addressee_error_suspends_person(
    teams: TeamsProduct, status: int, code: str
) -> None:
    """A person who blocked or removed the bot gets no further message."""
    await join_as_marie(teams)
    refuse_on_teams(teams, status, code)

    await assert_addressee_is_suspended(teams, code)
