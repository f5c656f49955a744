"""What is promised about check-ins and messages owed, kept on every product alike."""

from datetime import timedelta

import pytest

from bot.domain.person import privacy_notice
from tests.chat.expectations import (
    CHECKIN_ANSWERS,
    MONDAY,
    WORDS,
    advance_and_deliver,
    deliver_checkin,
    shows_body,
)
from tests.chat.surfaces import FailureKind, Product


async def test_a_clinician_joins_and_is_asked_by_the_clock(product: Product) -> None:
    """Joined in private, a clinician gets one question on Monday at nine, and nobody else does."""
    joined = await product.run_command(product.marie, "checkin join")
    nudge = await deliver_checkin(product)

    assert joined.plain_text
    assert nudge.contains_text(WORDS.translate("checkin.nudge.draw"))
    assert product.received_messages(product.ada) == []


async def test_the_question_is_answered_in_private(product: Product) -> None:
    """The button opens the form, and after it no message in any chat holds or shows an answer."""
    nudge = await deliver_checkin(product)
    form = await product.press_button(product.marie, nudge, WORDS.translate("checkin.nudge.answer"))
    kept = product.stored_chat_text()

    thanks = await product.submit_form(product.marie, form, CHECKIN_ANSWERS)

    assert form.fields == {"checkin", "intention", "wish"}
    assert thanks.contains_text(WORDS.translate("checkin.thanks.someone"))
    assert product.stored_chat_text() == kept


async def test_what_was_picked_is_asked_about_a_week_later(product: Product) -> None:
    """Who wished for it is asked how it was, with the same sign, and then it is forgotten."""
    nudge = await deliver_checkin(product)
    form = await product.press_button(product.marie, nudge, WORDS.translate("checkin.nudge.answer"))
    await product.submit_form(product.marie, form, CHECKIN_ANSWERS)

    later = await deliver_checkin(product, weeks=1)
    asks = await product.press_button(product.marie, later, WORDS.translate("checkin.nudge.answer"))
    heard = await product.submit_form(product.marie, asks, {"followup": ("did",), "tried": ()})

    assert asks.fields == {"followup", "tried"}
    assert asks.contains_text(WORDS.questions["intention"].get_option("I1").label)
    assert heard.contains_text(WORDS.translate("checkin.heard.did"))


async def test_a_nudge_can_be_put_off_and_left(product: Product) -> None:
    """One tap rests the check-in, another leaves it, and both say so to that person alone."""
    nudge = await deliver_checkin(product)

    rests = await product.press_button(
        product.marie, nudge, WORDS.translate("checkin.menu.snooze1")
    )
    left = await product.press_button(product.marie, nudge, WORDS.translate("checkin.menu.leave"))
    kept = await product.press_button(product.marie, nudge, WORDS.translate("checkin.menu.kept"))

    assert rests.contains_text("July 6")
    assert left.plain_text
    assert shows_body(kept, privacy_notice.render_notice(WORDS).body)
    assert await deliver_checkin(product, weeks=1) == nudge


async def test_a_clinician_chooses_a_day_and_time_of_their_own(product: Product) -> None:
    """/checkin opens the settings; what is chosen there is kept, and asked by from then on."""
    await product.run_command(product.marie, "checkin join")
    form = await product.run_command(product.marie, "checkin")
    done = await product.submit_form(product.marie, form, {"day": ("2",), "time": ("10:30",)})
    again = await product.run_command(product.marie, "checkin")

    assert {"day", "time"} <= form.fields
    assert done.contains_text("10 30")
    assert again.is_form


async def test_a_pause_in_the_past_is_told_at_its_field(product: Product) -> None:
    """A day that has passed cannot be kept; the form stands there still, filled in."""
    nudge = await deliver_checkin(product)
    form = await product.press_button(product.marie, nudge, WORDS.translate("checkin.menu.pause"))

    refused = await product.submit_form(product.marie, form, {"until": ("2020-01-01",)})
    done = await product.submit_form(product.marie, refused, {"until": ("2026-07-20",)})

    assert refused.contains_text(WORDS.translate("home.pause.past"))
    assert refused.fields == form.fields
    assert done.contains_text("July 20")


FATES = {"wait": "sent", "unknown": "unconfirmed", "gone": "gone"}


@pytest.mark.parametrize("trouble", FATES)
async def test_a_message_that_went_wrong_is_not_sent_twice(
    product: Product, trouble: FailureKind
) -> None:
    """Certainly not posted, it goes again after the rest; in doubt, or refused, it never does."""
    await product.run_command(product.marie, "checkin join")
    await product.bot.run_duties_and_deliver()  # the team's own card goes out first
    before = len(product.received_messages(product.marie))
    product.fail_next_message(trouble)
    for minutes in (1, 2, 3, 20):
        await advance_and_deliver(product, MONDAY + timedelta(minutes=minutes))

    states = await product.bot.context.store.read(
        lambda repos: {
            one.state.value for one in repos.deliveries.count_by_state() if one.kind == "checkin"
        }
    )
    tried = len(product.received_messages(product.marie)) - before
    assert (states, tried) == ({FATES[trouble]}, 2 if trouble == "wait" else 1)
