"""Conformance of check-ins and deliveries: the same behaviour on every product."""

from datetime import timedelta

import pytest

from bot.domain.person import privacy_notice
from tests.chat.conftest import MESSAGES_PER_SECOND
from tests.chat.expectations import (
    CHECKIN_ANSWERS,
    MONDAY,
    WORDS,
    advance_and_deliver,
    deliver_checkin,
    shows_body,
)
from tests.chat.recovery import workspace_of
from tests.chat.surfaces import FailureKind, Product


async def test_joined_clinician_gets_scheduled_checkin(product: Product) -> None:
    """A joined clinician gets one check-in on Monday at 09:00, and no other person does."""
    confirmation = await product.run_command(product.marie, "checkin join")
    checkin = await deliver_checkin(product)

    assert confirmation.plain_text
    assert checkin.contains_text(WORDS.translate("checkin.nudge.draw"))
    assert product.received_messages(product.ada) == []


async def test_checkin_answers_are_not_stored_in_chats(product: Product) -> None:
    """The button opens the form, and no message in any chat contains an answer."""
    checkin = await deliver_checkin(product)
    form = await product.press_button(
        product.marie, checkin, WORDS.translate("checkin.nudge.answer")
    )
    chat_text = product.stored_chat_text()

    thanks = await product.submit_form(product.marie, form, CHECKIN_ANSWERS)

    assert form.fields == {"checkin", "intention", "wish"}
    assert thanks.contains_text(WORDS.translate("checkin.thanks.someone"))
    assert product.stored_chat_text() == chat_text


async def test_intention_is_followed_up_next_week(product: Product) -> None:
    """A requested follow-up is sent a week later, with the same intention."""
    checkin = await deliver_checkin(product)
    form = await product.press_button(
        product.marie, checkin, WORDS.translate("checkin.nudge.answer")
    )
    await product.submit_form(product.marie, form, CHECKIN_ANSWERS)

    next_checkin = await deliver_checkin(product, weeks=1)
    follow_up_form = await product.press_button(
        product.marie, next_checkin, WORDS.translate("checkin.nudge.answer")
    )
    thanks = await product.submit_form(product.marie, follow_up_form, {"followup": ("did",)})

    assert follow_up_form.fields == {"followup", "again"}
    assert follow_up_form.contains_text(WORDS.questions["intention"].get_option("I1").label)
    assert thanks.contains_text(WORDS.translate("checkin.heard.did"))


async def test_question_on_demand_is_that_of_the_week(product: Product) -> None:
    """/checkin now opens the week's question; after a follow-up, the thanks lead on to it."""
    await product.run_command(product.marie, "checkin join")
    form = await product.run_command(product.marie, "checkin now")
    await product.submit_form(product.marie, form, CHECKIN_ANSWERS)
    checkin = await deliver_checkin(product, weeks=1)
    follow_up_form = await product.run_command(product.marie, "checkin now")
    thanks = await product.submit_form(product.marie, follow_up_form, {"followup": ("not_right",)})
    question_form = await product.press_button(
        product.marie, thanks, WORDS.translate("common.step.question")
    )

    assert form.fields == question_form.fields == {"checkin", "intention", "wish"}
    assert follow_up_form.fields == {"followup", "again"}
    assert thanks.contains_text("It is kept for another week")
    assert WORDS.translate("checkin.nudge.answer") in checkin.steps


async def test_checkin_without_joining_joins_with_one_tap(product: Product) -> None:
    """/checkin invites, and one button joins; its reply says how to move day and time."""
    invitation = await product.run_command(product.marie, "checkin")
    result = await product.press_button(
        product.marie, invitation, WORDS.translate("common.step.join")
    )
    settings_form = await product.run_command(product.marie, "checkin")

    assert not invitation.is_form
    assert result.contains_text("Your team's rhythm is")
    assert {"day", "time"} <= settings_form.fields


async def test_checkin_menu_snoozes_and_leaves(product: Product) -> None:
    """The menu snoozes or ends the check-ins, and confirms it to that user alone."""
    checkin = await deliver_checkin(product)

    snoozed_screen = await product.press_button(
        product.marie, checkin, WORDS.translate("checkin.menu.snooze1")
    )
    goodbye_screen = await product.press_button(
        product.marie, checkin, WORDS.translate("checkin.menu.leave")
    )
    privacy_screen = await product.press_button(
        product.marie, checkin, WORDS.translate("checkin.menu.kept")
    )

    assert snoozed_screen.contains_text("July 6")
    assert goodbye_screen.plain_text
    assert shows_body(privacy_screen, privacy_notice.render_notice(WORDS).body)
    assert await deliver_checkin(product, weeks=1) == checkin


async def test_clinician_sets_own_day_and_time(product: Product) -> None:
    """/checkin opens the settings; the selected day and time are saved."""
    await product.run_command(product.marie, "checkin join")
    form = await product.run_command(product.marie, "checkin")
    result = await product.submit_form(product.marie, form, {"day": ("2",), "time": ("10:30",)})
    settings_form = await product.run_command(product.marie, "checkin")

    assert {"day", "time"} <= form.fields
    assert result.contains_text("10 30")
    assert settings_form.is_form


async def test_past_pause_date_is_rejected(product: Product) -> None:
    """A date in the past is rejected at its field, and the form remains open."""
    checkin = await deliver_checkin(product)
    form = await product.press_button(product.marie, checkin, WORDS.translate("checkin.menu.pause"))

    faulty_form = await product.submit_form(product.marie, form, {"until": ("2020-01-01",)})
    result = await product.submit_form(product.marie, faulty_form, {"until": ("2026-07-20",)})

    assert faulty_form.contains_text(WORDS.translate("home.pause.past"))
    assert faulty_form.fields == form.fields
    assert result.contains_text("July 20")


STATE_BY_FAILURE = {"wait": "sent", "unknown": "unconfirmed", "gone": "gone"}


@pytest.mark.parametrize("failure", STATE_BY_FAILURE)
async def test_failed_delivery_is_not_sent_twice(product: Product, failure: FailureKind) -> None:
    """A rejected send is retried after its delay; an unknown or refused one is not retried."""
    await product.run_command(product.marie, "checkin join")
    await product.bot.run_duties_and_deliver()  # sends the team's welcome card first
    previous_count = len(product.received_messages(product.marie))
    product.fail_next_message(failure)
    for minutes in (1, 2, 3, 20):
        await advance_and_deliver(product, MONDAY + timedelta(minutes=minutes))

    states = await product.bot.context.store.across_workspaces.read(
        lambda repos: {
            row.state.value for row in repos.deliveries.count_by_state() if row.kind == "checkin"
        }
    )
    attempts = len(product.received_messages(product.marie)) - previous_count
    assert (states, attempts) == ({STATE_BY_FAILURE[failure]}, 2 if failure == "wait" else 1)


async def test_rate_limit_slows_later_messages(product: Product) -> None:
    """After a 429 response the workspace's messages continue at half of the configured rate."""
    await product.run_command(product.marie, "checkin join")
    await product.bot.run_duties_and_deliver()  # sends the team's welcome card first
    product.fail_next_message("wait")
    await advance_and_deliver(product, MONDAY + timedelta(minutes=1))

    workspace = workspace_of(product)
    messages_per_minute, _ = await product.bot.context.store.for_workspace(workspace).read(
        lambda repos: repos.workspaces.get_reduced_rate(workspace)
    )
    assert messages_per_minute == MESSAGES_PER_SECOND * 60 / 2


async def test_question_in_doubt_is_answered_on_the_home_page(product: Product) -> None:
    """After a send with an unknown result the home page opens the form, and saves the answer."""
    await product.run_command(product.marie, "checkin join")
    await product.bot.run_duties_and_deliver()  # sends the team's welcome card first
    product.fail_next_message("unknown")
    for minutes in (1, 2, 3):
        await advance_and_deliver(product, MONDAY + timedelta(minutes=minutes))

    home_page = await product.open_home(product.marie)
    form = await product.press_button(product.marie, home_page, WORDS.translate("home.step.answer"))
    thanks = await product.submit_form(product.marie, form, CHECKIN_ANSWERS)

    assert form.fields == {"checkin", "intention", "wish"}
    assert thanks.contains_text(WORDS.translate("checkin.thanks.someone"))
