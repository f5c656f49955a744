"""What is promised about check-ins and messages owed, kept on every product alike."""

from datetime import timedelta

import pytest

from bot.domain.person import privacy_notice
from tests.chat.expectations import MONDAY, PAUSE, WORDS, at, nudged, shows
from tests.chat.surfaces import Product, Trouble


async def test_a_clinician_joins_and_is_asked_by_the_clock(product: Product) -> None:
    """Joined in private, a clinician gets one question on Monday at nine, and nobody else does."""
    joined = await product.command(product.marie, "checkin join")
    nudge = await nudged(product)

    assert joined.said
    assert nudge.says(WORDS.say("checkin.nudge.draw"))
    assert product.received(product.ada) == []


async def test_the_question_is_answered_in_private(product: Product) -> None:
    """The button opens the form, and after it no message in any chat holds or shows an answer."""
    nudge = await nudged(product)
    form = await product.press(product.marie, nudge, WORDS.say("checkin.nudge.answer"))
    kept = product.kept_by_the_product()

    thanks = await product.send(product.marie, form, PAUSE)

    assert form.fields == {"checkin", "intention", "wish"}
    assert thanks.says(WORDS.say("checkin.thanks.someone"))
    assert product.kept_by_the_product() == kept


async def test_what_was_picked_is_asked_about_a_week_later(product: Product) -> None:
    """Who wished for it is asked how it was, with the same sign, and then it is forgotten."""
    nudge = await nudged(product)
    form = await product.press(product.marie, nudge, WORDS.say("checkin.nudge.answer"))
    await product.send(product.marie, form, PAUSE)

    later = await nudged(product, weeks=1)
    asks = await product.press(product.marie, later, WORDS.say("checkin.nudge.answer"))
    heard = await product.send(product.marie, asks, {"followup": ("did",), "tried": ()})

    assert asks.fields == {"followup", "tried"}
    assert asks.says(WORDS.questions["intention"].option("I1").label)
    assert heard.says(WORDS.say("checkin.heard.did"))


async def test_a_nudge_can_be_put_off_and_left(product: Product) -> None:
    """One tap rests the check-in, another leaves it, and both say so to that person alone."""
    nudge = await nudged(product)

    rests = await product.press(product.marie, nudge, WORDS.say("checkin.menu.snooze1"))
    left = await product.press(product.marie, nudge, WORDS.say("checkin.menu.leave"))
    kept = await product.press(product.marie, nudge, WORDS.say("checkin.menu.kept"))

    assert rests.says("July 6")
    assert left.said
    assert shows(kept, privacy_notice.notice(WORDS).body)
    assert await nudged(product, weeks=1) == nudge


async def test_a_clinician_chooses_a_day_and_time_of_their_own(product: Product) -> None:
    """/checkin opens the settings; what is chosen there is kept, and asked by from then on."""
    await product.command(product.marie, "checkin join")
    form = await product.command(product.marie, "checkin")
    done = await product.send(product.marie, form, {"day": ("2",), "time": ("10:30",)})
    again = await product.command(product.marie, "checkin")

    assert {"day", "time"} <= form.fields
    assert done.says("10 30")
    assert again.is_form


async def test_a_pause_in_the_past_is_told_at_its_field(product: Product) -> None:
    """A day that has passed cannot be kept; the form stands there still, filled in."""
    nudge = await nudged(product)
    form = await product.press(product.marie, nudge, WORDS.say("checkin.menu.pause"))

    refused = await product.send(product.marie, form, {"until": ("2020-01-01",)})
    done = await product.send(product.marie, refused, {"until": ("2026-07-20",)})

    assert refused.says(WORDS.say("home.pause.past"))
    assert refused.fields == form.fields
    assert done.says("July 20")


FATES = {"wait": "sent", "unknown": "unconfirmed", "gone": "gone"}


@pytest.mark.parametrize("trouble", FATES)
async def test_a_message_that_went_wrong_is_not_sent_twice(
    product: Product, trouble: Trouble
) -> None:
    """Certainly not posted, it goes again after the rest; in doubt, or refused, it never does."""
    await product.command(product.marie, "checkin join")
    await product.bot.tick()  # the team's own card goes out first
    before = len(product.received(product.marie))
    product.refuse(trouble)
    for minutes in (1, 2, 3, 20):
        await at(product, MONDAY + timedelta(minutes=minutes))

    states = await product.bot.desk.store.read(
        lambda books: {one.state.value for one in books.deliveries.tally() if one.kind == "checkin"}
    )
    tried = len(product.received(product.marie)) - before
    assert (states, tried) == ({FATES[trouble]}, 2 if trouble == "wait" else 1)
