"""What a clinician does in a week, in a real browser against the bot as it is."""

import pytest
from playwright.async_api import expect

from bot.content.catalogue import Words
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATUS = "Touched on, not really explored"


async def filed(visitor: Visitor, english: Words, form: str, opened: str = "/rupture") -> None:
    """File a debrief with that form, and wait for its guide."""
    await visitor.command(opened)
    await visitor.titled(english.say("rupture.form.title"))
    await visitor.choose("form", english.questions["form"].option(form).label)
    await visitor.choose("status", STATUS)
    await visitor.send()
    await visitor.titled(english.say("rupture.guide.title"))


async def test_a_tip_is_read_by_oneself(visitor: Visitor, english: Words) -> None:
    """`/tip` shows today's card to the person who asked and to nobody else, and the next one."""
    await visitor.command("/tip")
    await expect(visitor.newest).to_contain_text("Only visible to you")
    first = await visitor.newest.get_by_role("heading").inner_text()
    await visitor.step("tip.next").click()
    await expect(visitor.newest.get_by_role("heading")).not_to_have_text(first)
    assert first in {tip.title for tip in english.tips}

    await visitor.be("Sunniva Prakash")

    await expect(visitor.page.get_by_text("Only visible to you")).to_have_count(0)


@pytest.mark.parametrize("form", ["away", "against", "both", "unsure"])
async def test_each_form_of_rupture_has_its_guide(
    visitor: Visitor, english: Words, form: str
) -> None:
    """Two taps and Save turn the form into a guide, safety first, and cause no message."""
    await visitor.be("Jun Castellane")
    messages = await visitor.page.get_by_role("article").count()

    await filed(visitor, english, form)

    await expect(visitor.window).to_contain_text(english.say("safety.banner"))
    await expect(visitor.window.locator("blockquote").first).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    assert await visitor.page.get_by_role("article").count() == messages


async def test_the_four_guides_differ(visitor: Visitor, english: Words) -> None:
    """What a clinician reads fits how the strain looked."""
    await visitor.be("Noor Abernathy")
    guides = []
    for form in ("away", "against", "both", "unsure"):
        await filed(visitor, english, form)
        guides.append(await visitor.window.locator(".body").inner_text())
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.page.get_by_role("dialog")).to_have_count(0)

    assert len(set(guides)) == 4


async def test_too_many_answers_are_told_under_their_question(
    visitor: Visitor, english: Words
) -> None:
    """Going deeper with four feelings too many names the limit beside the question itself."""
    await visitor.be("Tomasz Akintola")
    await filed(visitor, english, "both")
    await visitor.step("rupture.deeper").click()
    await visitor.titled(english.say("rupture.deeper.title"))
    boxes = visitor.window.locator("[data-kind=checkboxes]").first.get_by_role("checkbox")
    for place in range(await boxes.count()):
        await boxes.nth(place).check()

    await visitor.send()

    wrong = visitor.window.locator("[aria-invalid=true]").first
    told = await wrong.get_attribute("aria-describedby") or ""
    error = visitor.page.locator(f"#{told.split()[-1]}")
    await expect(error).to_be_visible()
    assert await boxes.last.is_checked(), "what was chosen stays"


async def test_what_is_typed_after_the_command_is_not_repeated(
    visitor: Visitor, english: Words
) -> None:
    """Unknown words are discarded: the form opens, says so, and shows none of them."""
    await visitor.be("Yara Fitzmorris")

    await visitor.command("/rupture heliotrope")

    await visitor.titled(english.say("rupture.form.title"))
    await expect(visitor.page.get_by_text("heliotrope")).to_have_count(0)


async def test_a_check_in_is_joined_answered_and_followed_up(
    visitor: Visitor, english: Words
) -> None:
    """Join from the card, answer after a jump, ask to be asked, and meet the follow-up."""
    await visitor.step("join").click()
    await expect(visitor.newest).to_contain_text("You are in.")

    await visitor.jump("checkin")
    await visitor.go("Attune")
    await visitor.tab("Messages")
    sign = await visitor.newest.locator("p", has_text="Your sign this week").inner_text()
    await visitor.step("checkin.answer").click()
    await visitor.titled(english.say("checkin.form.title"))
    await visitor.choose("checkin", "Yes, someone comes to mind")
    await visitor.choose("intention", "Go back to the goals together")
    await visitor.choose("wish", "Yes, ask me next week")
    await visitor.send()
    await visitor.titled(english.say("checkin.thanks.title"))
    await visitor.page.keyboard.press("Escape")

    await visitor.jump("checkin")
    await visitor.step("checkin.answer").click()

    await visitor.titled(english.say("checkin.followup.title"))
    await expect(visitor.window).to_contain_text("Go back to the goals together")
    await expect(visitor.window).to_contain_text(sign.split("  ")[-1].split(": ")[-1].split()[0])
    await visitor.choose("followup", "I did it")
    await visitor.send()
    await visitor.titled(english.say("checkin.thanks.title"))


async def test_a_check_in_can_rest_and_be_left(visitor: Visitor, english: Words) -> None:
    """Pausing until a date and leaving are a few taps on one's own page, and undone as easily."""
    await visitor.be("Kenji Duvalier")
    await visitor.go("Attune")
    await visitor.step("checkin.pause").click()
    await visitor.titled(english.say("home.pause.title"))
    await visitor.window.locator("input[type=date]").fill("2099-01-01")
    await visitor.send()
    await expect(visitor.window.get_by_text(english.say("home.pause.far"))).to_be_visible()
    await visitor.page.keyboard.press("Escape")

    await visitor.step("checkin.leave").click()
    await visitor.page.get_by_role("alertdialog").get_by_role("button", name="Leave").click()

    await expect(visitor.step("join").or_(visitor.step("checkin.join"))).to_be_visible()
    await expect(visitor.page.get_by_text(english.say("home.mine.not_joined"))).to_be_visible()


async def test_writing_to_a_supervisor_stays_between_people(
    visitor: Visitor, english: Words
) -> None:
    """The guide's last link opens a chat with the supervisor, in which the clinician writes."""
    await visitor.be("Idris Vantongeren")
    await filed(visitor, english, "away")

    await visitor.window.get_by_text(english.say("rupture.guide.write")).click()

    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Henrike Vossmoor")
    await visitor.line.fill("Could we speak on Thursday?")
    await visitor.line.press("Enter")
    await expect(visitor.newest).to_contain_text("Could we speak on Thursday?")
    await visitor.be("Henrike Vossmoor")
    await visitor.go("Idris Vantongeren")
    await expect(visitor.newest).to_contain_text("Could we speak on Thursday?")
