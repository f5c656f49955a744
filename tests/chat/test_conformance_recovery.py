"""Conformance of recovery: the first sign of life ends a mark, on every product, while running."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.conversation import Person
from bot.domain.reachability import DEACTIVATED
from tests.chat.expectations import DEBRIEF_ANSWERS, MONDAY, WORDS, advance_and_deliver
from tests.chat.msteams import activities
from tests.chat.on_slack import SlackProduct
from tests.chat.on_teams import TeamsProduct
from tests.chat.recovery import (
    block_bot,
    close_account,
    get_marks,
    join_and_deliver,
    open_account,
    refuse_next_message,
    suspend_workspace,
    workspace_of,
)
from tests.chat.slack import payloads, web_api
from tests.chat.surfaces import Product

NEXT_MONDAY = MONDAY + timedelta(weeks=1, minutes=1)
TUESDAY, NEXT_TUESDAY = (MONDAY + timedelta(days=days, minutes=1) for days in (1, 8))


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
