"""Conformance of the supervisor's hour: plan, share, and ask for ten minutes, on every product."""

from datetime import timedelta

import pytest

from tests.chat.expectations import DEBRIEF_ANSWERS, WORDS, advance_and_deliver
from tests.chat.surfaces import FailureKind, Product, Screen

SHARE_HEADING = WORDS.translate("hour.share.heading")


async def open_report(product: Product) -> Screen:
    """Accept the agreement as the supervisor, and return the report."""
    agreement = await product.run_command(product.supervisor, "debriefs")
    return await product.submit_form(product.supervisor, agreement, {})


async def press(product: Product, user_id: str, screen: Screen, key: str) -> Screen:
    """Press the button with the label of a catalogue key."""
    return await product.press_button(user_id, screen, WORDS.translate(key))


async def deliver(product: Product) -> None:
    """Let a minute pass and deliver what is due."""
    await advance_and_deliver(product, product.clock() + timedelta(minutes=1))


async def ask_from(product: Product, screen: Screen, purpose: str = "rehearse") -> Screen:
    """Press the button of a guide or the home page, choose, and return the preview."""
    choice = await press(product, product.marie, screen, "ask.step.open")
    return await press(product, product.marie, choice, f"ask.step.{purpose}")


async def test_supervisor_plans_the_hour(product: Product) -> None:
    """/debriefs hour shows a plan of 30 minutes without any figures, and its button one of 50."""
    await open_report(product)
    plan = await product.run_command(product.supervisor, "debriefs hour")
    label = WORDS.translate("hour.step.other", minutes=50)
    long_plan = await product.press_button(product.supervisor, plan, label)

    for minutes, screen in ((30, plan), (50, long_plan)):
        heading = WORDS.translate("hour.heading", minutes=minutes, team="North team")
        assert screen.contains_text(heading)
        assert screen.contains_text(WORDS.translate("hour.without.text"))


async def test_report_leads_to_the_plan(product: Product) -> None:
    """The report's button opens the plan of the hour."""
    plan = await press(product, product.supervisor, await open_report(product), "hour.step.open")

    assert plan.contains_text(WORDS.translate("hour.take.title"))


async def test_plan_is_refused_to_other_people(product: Product) -> None:
    """A clinician and a stranger get the same refusal of the plan."""
    for user_id in (product.marie, product.stranger):
        screen = await product.run_command(user_id, "debriefs hour")

        assert screen.contains_text(WORDS.translate("error.not_their_team"))
        assert not screen.contains_text("North team")


@pytest.mark.parametrize("is_plan", [False, True])
async def test_share_is_previewed_and_posted_once(product: Product, *, is_plan: bool) -> None:
    """The preview posts nothing; submitted twice, the channel gets one message with the name."""
    screen = await open_report(product)
    key = "hour.step.share"
    if is_plan:
        screen = await product.run_command(product.supervisor, "debriefs hour")
        key = "hour.step.share_plan"
    preview = await press(product, product.supervisor, screen, key)
    await deliver(product)
    text_before = product.stored_chat_text()
    for _ in range(2):
        await product.submit_form(product.supervisor, preview, {})
    await product.redeliver_last()
    await deliver(product)

    assert preview.contains_text(SHARE_HEADING)
    assert SHARE_HEADING not in text_before
    posts = list_posts(product)
    assert len(posts) == 1
    assert any(name in posts[0] for name in (product.supervisor, "Marie Tremblay"))


def list_posts(product: Product) -> list[str]:
    """Return every shared message that the product's chats contain."""
    first, *parts = product.stored_chat_text().split(SHARE_HEADING)
    return [f"{SHARE_HEADING}{part}" for part in parts] if first else []


async def test_share_states_that_it_arrived(product: Product) -> None:
    """The form's button states that the channel has the message."""
    preview = await press(
        product, product.supervisor, await open_report(product), "hour.step.share"
    )
    planned = await product.submit_form(product.supervisor, preview, {})
    await deliver(product)
    status = await press(product, product.supervisor, planned, "hour.share.check")

    assert WORDS.translate("hour.share.check") not in status.steps
    assert status.contains_text("It is in")


async def test_refused_share_is_said_on_the_form(product: Product) -> None:
    """Where the channel did not take the message, the form's button says so."""
    await deliver(product)
    preview = await press(
        product, product.supervisor, await open_report(product), "hour.step.share"
    )
    planned = await product.submit_form(product.supervisor, preview, {})
    product.fail_next_message("gone")
    await deliver(product)
    status = await press(product, product.supervisor, planned, "hour.share.check")

    assert status.contains_text("It did not arrive")


async def test_clinician_asks_from_the_guide(product: Product) -> None:
    """After a debrief the guide leads to the preview; the supervisor gets the sentence at once."""
    form = await product.run_command(product.marie, "rupture")
    guide = await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)
    preview = await ask_from(product, guide)
    received_before = product.received_messages(product.supervisor)
    status = await product.submit_form(product.marie, preview, {})

    (message,) = product.received_messages(product.supervisor)
    assert received_before == []
    assert preview.contains_text("would like ten minutes next time: to rehearse")
    assert message.contains_text("would like ten minutes next time: to rehearse")
    assert status.contains_text(WORDS.translate("ask.status.sent"))


async def test_clinician_asks_from_home(product: Product) -> None:
    """The home page has the same button, so that asking proves no debrief."""
    preview = await ask_from(product, await product.open_home(product.marie), "heard")
    await product.submit_form(product.marie, preview, {})

    (message,) = product.received_messages(product.supervisor)
    assert message.contains_text("would like ten minutes next time: to be heard")
    names = (product.marie, "Marie Tremblay")
    assert any(name in message.texts[0] for name in names)


async def test_asking_twice_with_one_preview_sends_once(product: Product) -> None:
    """A double click and a retry of the product send one message."""
    preview = await ask_from(product, await product.open_home(product.marie))
    await product.submit_form(product.marie, preview, {})
    await product.redeliver_last()
    repeated = await product.submit_form(product.marie, preview, {})

    assert len(product.received_messages(product.supervisor)) == 1
    assert repeated.contains_text(WORDS.translate("ask.status.repeated"))


@pytest.mark.parametrize(
    ("failure", "key"), [("wait", "busy"), ("unknown", "in_doubt"), ("gone", "refused")]
)
async def test_failed_request_is_said_on_the_form(
    product: Product, failure: FailureKind, key: str
) -> None:
    """The form says whether the message was not sent, or may have arrived."""
    preview = await ask_from(product, await product.open_home(product.marie))
    product.fail_next_message(failure)
    status = await product.submit_form(product.marie, preview, {})

    assert status.contains_text(WORDS.translate(f"ask.status.{key}"))


async def test_failed_request_can_be_sent_again(product: Product) -> None:
    """The form that says the failure sends the message with its own button."""
    preview = await ask_from(product, await product.open_home(product.marie))
    product.fail_next_message("wait")
    failed = await product.submit_form(product.marie, preview, {})
    status = await product.submit_form(product.marie, failed, {})

    assert status.contains_text(WORDS.translate("ask.status.sent"))


async def test_asking_is_refused_to_a_stranger(product: Product) -> None:
    """A person on no team has no button on the home page."""
    page = await product.open_home(product.stranger)

    assert WORDS.translate("ask.step.open") not in page.steps
