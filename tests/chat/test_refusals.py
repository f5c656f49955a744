"""Whom a product's refusal of one message concerns: the request, or the addressee for good."""

from datetime import timedelta

import pytest

from bot.conversation import Person
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


async def join(product: Product) -> None:
    """Let Marie join, and let the team's own card go out first."""
    await product.run_command(product.marie, "checkin join")
    await product.bot.run_duties_and_deliver()


def refuse_on_slack(product: Product, code: str) -> None:
    """Let Slack refuse the next message with *code*."""
    assert isinstance(product, SlackProduct)
    product.api.planned_answers["chat.postMessage"] = [
        web_api.PlannedAnswer({"ok": False, "error": code})
    ]


def refuse_on_teams(product: TeamsProduct, status: int, code: str) -> None:
    """Let Teams refuse the next message with *status* and *code*."""
    product.ms.planned_answers["activities"] = [
        microsoft.PlannedAnswer(status, {"error": {"code": code}})
    ]


async def check_ins(product: Product) -> dict[tuple[str, str], int]:
    """Count the check-ins by state and reason."""

    def count(repos: Repositories) -> dict[tuple[str, str], int]:
        tally = [one for one in repos.deliveries.count_by_state() if one.kind == "checkin"]
        return {(one.state.value, one.reason): one.count for one in tally}

    return await product.bot.context.store.read(count)


async def unreachable(product: Product) -> str:
    """Return why Marie is unreachable, ``""`` when she is not."""
    name = "slack" if isinstance(product, SlackProduct) else "msteams"
    marie = Person(f"{name}:{product.workspace}", product.marie)
    return (
        await product.bot.context.store.read(lambda repos: repos.people.get(marie))
    ).unreachable_reason


async def costs_one_message(product: Product, code: str, caplog: pytest.LogCaptureFixture) -> None:
    """Assert that a refusal with *code* fails this week's question loudly, and only this one."""
    before = len(product.received_messages(product.marie))
    for minutes in (1, 2, 20):
        await advance_and_deliver(product, MONDAY + timedelta(minutes=minutes))
    attempts = len(product.received_messages(product.marie)) - before
    logged = [one.__dict__["reason"] for one in caplog.records if one.msg == "deliveries.failed"]
    metrics = await product.bot.delivery_metrics.render_prometheus(None)

    assert (attempts, logged) == (1, [code])
    assert await check_ins(product) == {("failed", code): 1}
    assert f'{{kind="checkin",reason="{code}",stands="failed"}} 1' in metrics
    assert await unreachable(product) == ""

    await advance_and_deliver(product, MONDAY + timedelta(weeks=1, minutes=1))
    assert await check_ins(product) == {("failed", code): 1, ("sent", ""): 1}
    assert len(product.received_messages(product.marie)) - before == 2


async def ends_messages(product: Product, code: str) -> None:
    """Assert that a refusal with *code* ends the addressee's messages after one attempt."""
    before = len(product.received_messages(product.marie))
    for weeks in (0, 1):
        await advance_and_deliver(product, MONDAY + timedelta(weeks=weeks, minutes=1))

    assert len(product.received_messages(product.marie)) - before == 1
    assert await check_ins(product) == {("gone", code): 1}
    assert await unreachable(product) == code


@pytest.mark.parametrize("code", SLACK_REQUEST_ERRORS)
async def test_a_request_error_of_slack_costs_one_message(
    slack: Product, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever is owed a message that Slack finds fault with is asked as usual next week."""
    await join(slack)
    refuse_on_slack(slack, code)

    await costs_one_message(slack, code, caplog)


@pytest.mark.parametrize("code", SLACK_ADDRESSEE_ERRORS)
async def test_an_addressee_error_of_slack_ends_their_messages(slack: Product, code: str) -> None:
    """A person whom Slack says cannot be written to is not written to again."""
    await join(slack)
    refuse_on_slack(slack, code)

    await ends_messages(slack, code)


@pytest.mark.parametrize(("status", "code"), TEAMS_REQUEST_ERRORS)
async def test_a_request_error_of_teams_costs_one_message(
    teams: TeamsProduct, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever is owed a message that Teams finds fault with is asked as usual next week."""
    await join(teams)
    refuse_on_teams(teams, status, code)

    await costs_one_message(teams, code, caplog)


@pytest.mark.parametrize(("status", "code"), TEAMS_ADDRESSEE_ERRORS)
async def test_an_addressee_error_of_teams_ends_their_messages(
    teams: TeamsProduct, status: int, code: str
) -> None:
    """A person who blocked or removed the bot is not written to again."""
    await join(teams)
    refuse_on_teams(teams, status, code)

    await ends_messages(teams, code)
