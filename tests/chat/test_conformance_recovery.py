"""Conformance of recovery: the first sign of life ends a mark, on every product, while running."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import app
from bot.conversation import Person
from bot.domain.reachability import DEACTIVATED
from bot.store.repositories import Repositories
from tests.chat.conftest import build_settings
from tests.chat.expectations import DEBRIEF_ANSWERS, MONDAY, WORDS, advance_and_deliver
from tests.chat.msteams import activities, microsoft
from tests.chat.on_slack import SlackProduct
from tests.chat.on_teams import TeamsProduct
from tests.chat.slack import payloads, web_api
from tests.chat.surfaces import Product

NEXT_MONDAY = MONDAY + timedelta(weeks=1, minutes=1)
TUESDAY, NEXT_TUESDAY = (MONDAY + timedelta(days=days, minutes=1) for days in (1, 8))

UNINSTALLED_EVENT = payloads.build_event("app_uninstalled")


@pytest.fixture(params=["slack", "teams"])
def chat(request: pytest.FixtureRequest) -> Product:
    """Slack and Teams in turn."""
    product: Product = request.getfixturevalue(request.param)
    return product


def workspace_of(product: Product) -> str:
    """Return the key of the product's workspace."""
    return f"{'slack' if isinstance(product, SlackProduct) else 'msteams'}:{product.workspace}"


async def get_marks(product: Product) -> tuple[str, str, str]:
    """Return why Marie, the team's channel and the workspace get no messages, ``""`` if they do."""
    workspace = workspace_of(product)

    def read_marks(repos: Repositories) -> tuple[str, str, str]:
        team = repos.teams.get_by_channel(workspace, product.channel)
        assert team
        return (
            repos.people.get(Person(workspace, product.marie)).unreachable_reason,
            team.unreachable_reason,
            repos.workspaces.suspension_reason(workspace),
        )

    return await product.bot.context.store.across_workspaces.read(read_marks)


def refuse_next_message(product: Product, slack_code: str, teams_code: str) -> None:
    """Plan the product's next response to a message to be an error code."""
    if isinstance(product, SlackProduct):
        product.api.planned_answers["chat.postMessage"] = [
            web_api.PlannedAnswer({"ok": False, "error": slack_code})
        ]
    elif isinstance(product, TeamsProduct):
        product.ms.planned_answers["activities"] = [
            microsoft.PlannedAnswer(403, {"error": {"code": teams_code}})
        ]


async def join_and_deliver(product: Product) -> None:
    """Join as Marie, and deliver the team's introduction card."""
    await product.run_command(product.marie, "checkin join")
    await product.bot.run_duties_and_deliver()


async def block_bot(product: Product) -> None:
    """Refuse Marie's check-in as if she had blocked the bot."""
    await join_and_deliver(product)
    refuse_next_message(product, "cannot_dm_bot", "ConversationBlockedByUser")
    await advance_and_deliver(product, MONDAY + timedelta(minutes=1))
    assert (await get_marks(product))[0]


async def suspend_workspace(product: Product) -> None:
    """Refuse Marie's check-in for the whole workspace."""
    await join_and_deliver(product)
    refuse_next_message(product, "account_inactive", "BotDisabledByAdmin")
    await advance_and_deliver(product, MONDAY + timedelta(minutes=1))
    assert (await get_marks(product))[2]


async def run_tip_command(product: Product) -> None:
    """Run a command."""
    await product.run_command(product.marie, "tip")


async def open_home(product: Product) -> None:
    """Open the Home page."""
    await product.open_home(product.marie)


async def file_debrief(product: Product) -> None:
    """Submit a form."""
    form = await product.run_command(product.marie, "rupture")
    await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)


async def press_tip_button(product: Product) -> None:
    """Press a button of a card."""
    card = await product.run_command(product.marie, "tip")
    await product.press_button(product.marie, card, WORDS.translate("tip.next"))


@pytest.mark.parametrize("act", [run_tip_command, open_home, file_debrief, press_tip_button])
async def test_any_request_of_a_blocked_person_resumes_their_checkins(
    chat: Product, act: Callable[[Product], Awaitable[None]]
) -> None:
    """A person who blocked the bot and acts again gets the next check-in, without a restart."""
    await block_bot(chat)
    previous_count = len(chat.received_messages(chat.marie))

    await act(chat)
    await advance_and_deliver(chat, NEXT_MONDAY)

    assert await get_marks(chat) == ("", "", "")
    messages = chat.received_messages(chat.marie)[previous_count:]
    assert any(message.contains_text(WORDS.translate("checkin.nudge.draw")) for message in messages)


async def test_a_request_of_another_person_resumes_no_checkins(chat: Product) -> None:
    """A sign of life of one person says nothing about another one."""
    await block_bot(chat)

    await chat.run_command(chat.ada, "tip")

    assert (await get_marks(chat))[0]


async def test_any_request_resumes_a_refused_workspace(chat: Product) -> None:
    """After a refusal of the whole workspace a request of any person resumes all deliveries."""
    await suspend_workspace(chat)

    await chat.run_command(chat.stranger, "tip")
    await chat.bot.run_duties_and_deliver()

    assert await get_marks(chat) == ("", "", "")
    checkin = chat.received_messages(chat.marie)[-1]
    assert checkin.contains_text(WORDS.translate("checkin.nudge.draw"))


async def test_the_return_to_a_channel_resumes_its_tips(chat: Product) -> None:
    """A bot that was put out of a channel and back into it posts the next tip."""
    await chat.run_command(chat.ada, "tip")
    await chat.bot.run_duties_and_deliver()
    refuse_next_message(chat, "not_in_channel", "BotNotInConversationRoster")
    await advance_and_deliver(chat, TUESDAY)
    was_refused = bool((await get_marks(chat))[1])

    await return_to_channel(chat)
    await advance_and_deliver(chat, NEXT_TUESDAY)

    assert was_refused
    assert await get_marks(chat) == ("", "", "")
    assert await list_tip_states(chat) == ["gone", "sent"]


async def list_tip_states(product: Product) -> list[str]:
    """Return the states of the tips, by the day on which they were due."""
    counts = await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    return [count.state.value for count in counts if count.kind == "tip"]


async def return_to_channel(product: Product) -> None:
    """Put the bot back into the team's channel."""
    if isinstance(product, SlackProduct):
        event = payloads.build_event("member_joined_channel", user="U0BOT", channel=product.channel)
        bot = {"team_id": product.workspace, "user_id": "U0BOT", "is_bot": True}
        await product.send_event({**event, "authorizations": [bot]})
    elif isinstance(product, TeamsProduct):
        await product.send_event(
            activities.build_installation_update(
                product.ms.service_url, **activities.channel_parts()
            )
        )


async def test_a_deactivated_person_is_asked_again_after_a_sign_of_life(chat: Product) -> None:
    """A closed account gets no check-in; the first request after its return brings them back."""
    await join_and_deliver(chat)
    await close_account(chat)
    await advance_and_deliver(chat, MONDAY + timedelta(minutes=1))
    draw_text = WORDS.translate("checkin.nudge.draw")
    was_asked = any(
        message.contains_text(draw_text) for message in chat.received_messages(chat.marie)
    )
    has_mark = bool((await get_marks(chat))[0])
    if isinstance(chat, SlackProduct):
        chat.api.planned_answers["users.info"] = open_account(chat)

    await chat.open_home(chat.marie)
    await advance_and_deliver(chat, NEXT_MONDAY)

    assert (has_mark, was_asked) == (True, False)
    assert await get_marks(chat) == ("", "", "")
    assert chat.received_messages(chat.marie)[-1].contains_text(draw_text)


async def close_account(product: Product) -> None:
    """Close Marie's account; Teams reports no account, so there she removes the app."""
    if isinstance(product, SlackProduct):
        user = {"id": product.marie, "deleted": True}
        product.api.planned_answers["users.info"] = web_api.PlannedAnswer(
            {"ok": True, "user": user}
        )
        await product.send_event(payloads.build_event("user_change", user=user))
    elif isinstance(product, TeamsProduct):
        await product.send_event(
            activities.build_installation_update(product.ms.service_url, "remove", product.marie),
            product.marie,
        )


def open_account(product: SlackProduct) -> web_api.PlannedAnswer:
    """Return Slack's profile of Marie's open account."""
    user = {"id": product.marie, "locale": "en-US", "tz": "America/Toronto"}
    return web_api.PlannedAnswer({"ok": True, "user": user})


@pytest.mark.parametrize("first_report", ["event", "send", "refresh"])
async def test_every_report_of_a_closed_account_leads_to_one_state(
    slack: SlackProduct, first_report: str
) -> None:
    """Slack's event, a refused message and the weekly refresh all mark a person as deactivated."""
    await join_and_deliver(slack)
    user = {"id": slack.marie, "deleted": True}
    slack.api.planned_answers["users.info"] = web_api.PlannedAnswer({"ok": True, "user": user})
    if first_report == "event":
        await slack.send_event(payloads.build_event("user_change", user=user))
    elif first_report == "send":
        refuse_next_message(slack, "user_disabled", "")
    else:
        slack.clock.move_to(MONDAY - timedelta(minutes=1))
        await slack.bot.run_duties_and_deliver()
        slack.clock.move_to(MONDAY + timedelta(weeks=1, minutes=-1))
        await slack.bot.context.store.across_workspaces.write(
            lambda repos: repos.deliveries.withdraw_for_person(
                Person(workspace_of(slack), slack.marie)
            )
        )
    await advance_and_deliver(slack, NEXT_MONDAY)

    assert (await get_marks(slack))[0] == DEACTIVATED

    slack.api.planned_answers["users.info"] = open_account(slack)
    await advance_and_deliver(slack, NEXT_MONDAY + timedelta(weeks=1))
    assert (await get_marks(slack))[0] == ""


async def uninstall(product: SlackProduct) -> None:
    """Uninstall the app, as Slack reports it: every later call is refused."""
    await product.run_command(product.marie, "tip")
    for method in ("auth.test", "chat.postMessage", "users.info", "views.publish"):
        product.api.plan_error(method, "account_inactive")
    await product.send_event(payloads.build_event("tokens_revoked", tokens={"bot": ["U0BOT"]}))
    await product.send_event(UNINSTALLED_EVENT)


async def test_no_payload_revives_an_uninstalled_workspace(slack: SlackProduct) -> None:
    """Late, retried and signed payloads leave an uninstalled workspace suspended."""
    await join_and_deliver(slack)
    await uninstall(slack)

    await slack.redeliver_last()
    await slack.run_command(slack.marie, "tip")
    await slack.open_home(slack.ada)
    await slack.send_event(payloads.build_event("user_change", user={"id": slack.ada}))
    await slack.send_event(payloads.build_event(tab="messages"))

    assert (await get_marks(slack))[2] == "tokens_revoked"


async def test_an_uninstallation_outlasts_a_refused_message(slack: SlackProduct) -> None:
    """A message that is refused before the event arrives does not hide the uninstallation."""
    await suspend_workspace(slack)
    await uninstall(slack)

    await slack.run_command(slack.marie, "tip")

    assert (await get_marks(slack))[2] == "tokens_revoked"


@pytest.mark.parametrize("team_id", ["", "T0ELSEWHERE", "T1CLINIC"])
async def test_a_restart_resumes_an_uninstalled_workspace_with_a_working_token(
    slack: SlackProduct, tmp_path: Path, team_id: str
) -> None:
    """A new installation has a token of this workspace; no other token ends the suspension."""
    await join_and_deliver(slack)
    await uninstall(slack)
    if team_id:
        account = {"ok": True, "team_id": team_id, "user_id": "U0BOT"}
        slack.api.planned_answers["auth.test"] = web_api.PlannedAnswer(account)

    settings = build_settings(
        tmp_path,
        slack_api_url=slack.api.url,
        slack_bot_token=SecretStr("xoxb-new"),
        slack_signing_secret=SecretStr(payloads.SIGNING_SECRET),
    )
    async with app.Bot(settings, slack.clock, receives=True, runs_ticker=True).lifespan():
        is_resumed = (await get_marks(slack))[2] == ""

    assert is_resumed == (team_id == slack.workspace)


async def test_a_new_installation_resumes_a_tenant(teams: TeamsProduct) -> None:
    """On Teams the activity of an installation resumes the whole tenant at once."""
    await suspend_workspace(teams)

    await teams.send_event(
        activities.build_installation_update(teams.ms.service_url, "add", teams.ada), teams.ada
    )

    assert (await get_marks(teams))[2] == ""


async def test_a_new_installation_brings_a_person_back(teams: TeamsProduct) -> None:
    """A person who removed the app and installs it again gets the next check-in."""
    await join_and_deliver(teams)
    for action in ("remove", "add"):
        await teams.send_event(
            activities.build_installation_update(teams.ms.service_url, action, teams.marie),
            teams.marie,
        )
    await advance_and_deliver(teams, MONDAY + timedelta(minutes=1))

    checkin = teams.received_messages(teams.marie)[-1]
    assert checkin.contains_text(WORDS.translate("checkin.nudge.draw"))
