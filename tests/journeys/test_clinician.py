"""What a clinician does in a week, in a real browser against the bot as it is."""

import pytest
from playwright.async_api import expect

from bot.content.catalogue import LanguagePack
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATUS = "Touched on, not really explored"


async def filed(
    visitor: Visitor, english: LanguagePack, form: str, opened: str = "/rupture"
) -> None:
    """File a debrief with that form, and wait for its guide."""
    await visitor.type_command(opened)
    await visitor.wait_for_title(english.translate("rupture.form.title"))
    await visitor.choose_answer("form", english.questions["form"].get_option(form).label)
    await visitor.choose_answer("status", STATUS)
    await visitor.submit_form()
    await visitor.wait_for_title(english.translate("rupture.guide.title"))


async def test_a_tip_is_read_by_oneself(visitor: Visitor, english: LanguagePack) -> None:
    """`/tip` shows today's card to the person who asked and to nobody else, and the next one."""
    await visitor.type_command("/tip")
    await expect(visitor.newest_message).to_contain_text("Only visible to you")
    first = await visitor.newest_message.get_by_role("heading").inner_text()
    await visitor.find_step("tip.next").click()
    await expect(visitor.newest_message.get_by_role("heading")).not_to_have_text(first)
    assert first in {tip.title for tip in english.tips}

    await visitor.switch_persona("Sunniva Prakash")

    await expect(visitor.page.get_by_text("Only visible to you")).to_have_count(0)


@pytest.mark.parametrize("form", ["away", "against", "both", "unsure"])
async def test_each_form_of_rupture_has_its_guide(
    visitor: Visitor, english: LanguagePack, form: str
) -> None:
    """Two taps and Save turn the form into a guide, safety first, and cause no message."""
    await visitor.switch_persona("Jun Castellane")
    messages = await visitor.page.get_by_role("article").count()

    await filed(visitor, english, form)

    await expect(visitor.top_form).to_contain_text(english.translate("safety.banner"))
    await expect(visitor.top_form.locator("blockquote").first).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    assert await visitor.page.get_by_role("article").count() == messages


async def test_the_four_guides_differ(visitor: Visitor, english: LanguagePack) -> None:
    """What a clinician reads fits how the strain looked."""
    await visitor.switch_persona("Noor Abernathy")
    guides = []
    for form in ("away", "against", "both", "unsure"):
        await filed(visitor, english, form)
        guides.append(await visitor.top_form.locator(".body").inner_text())
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.page.get_by_role("dialog")).to_have_count(0)

    assert len(set(guides)) == 4


async def test_too_many_answers_are_told_under_their_question(
    visitor: Visitor, english: LanguagePack
) -> None:
    """Going deeper with four feelings too many names the limit beside the question itself."""
    await visitor.switch_persona("Tomasz Akintola")
    await filed(visitor, english, "both")
    await visitor.find_step("rupture.deeper").click()
    await visitor.wait_for_title(english.translate("rupture.deeper.title"))
    boxes = visitor.top_form.locator("[data-kind=checkboxes]").first.get_by_role("checkbox")
    for place in range(await boxes.count()):
        await boxes.nth(place).check()

    await visitor.submit_form()

    wrong = visitor.top_form.locator("[aria-invalid=true]").first
    told = await wrong.get_attribute("aria-describedby") or ""
    error = visitor.page.locator(f"#{told.split()[-1]}")
    await expect(error).to_be_visible()
    assert await boxes.last.is_checked(), "what was chosen stays"


async def test_what_is_typed_after_the_command_is_not_repeated(
    visitor: Visitor, english: LanguagePack
) -> None:
    """Unknown words are discarded: the form opens, says so, and shows none of them."""
    await visitor.switch_persona("Yara Fitzmorris")

    await visitor.type_command("/rupture heliotrope")

    await visitor.wait_for_title(english.translate("rupture.form.title"))
    await expect(visitor.page.get_by_text("heliotrope")).to_have_count(0)


async def test_a_check_in_is_joined_answered_and_followed_up(
    visitor: Visitor, english: LanguagePack
) -> None:
    """Join from the card, answer after a jump, ask to be asked, and meet the follow-up."""
    await visitor.find_step("join").click()
    await expect(visitor.newest_message).to_contain_text("You are in.")

    await visitor.jump_in_time("checkin")
    await visitor.open_room("Attune")
    await visitor.open_tab("Messages")
    sign = await visitor.newest_message.locator("p", has_text="Your sign this week").inner_text()
    await visitor.find_step("checkin.answer").click()
    await visitor.wait_for_title(english.translate("checkin.form.title"))
    await visitor.choose_answer("checkin", "Yes, someone comes to mind")
    await visitor.choose_answer("intention", "Go back to the goals together")
    await visitor.choose_answer("wish", "Yes, ask me next week")
    await visitor.submit_form()
    await visitor.wait_for_title(english.translate("checkin.thanks.title"))
    await visitor.page.keyboard.press("Escape")

    await visitor.jump_in_time("checkin")
    await visitor.find_step("checkin.answer").click()

    await visitor.wait_for_title(english.translate("checkin.followup.title"))
    await expect(visitor.top_form).to_contain_text("Go back to the goals together")
    await expect(visitor.top_form).to_contain_text(sign.split("  ")[-1].split(": ")[-1].split()[0])
    await visitor.choose_answer("followup", "I did it")
    await visitor.submit_form()
    await visitor.wait_for_title(english.translate("checkin.thanks.title"))


async def test_a_check_in_can_rest_and_be_left(visitor: Visitor, english: LanguagePack) -> None:
    """Pausing until a date and leaving are a few taps on one's own page, and undone as easily."""
    await visitor.switch_persona("Kenji Duvalier")
    await visitor.open_room("Attune")
    await visitor.find_step("checkin.pause").click()
    await visitor.wait_for_title(english.translate("home.pause.title"))
    await visitor.top_form.locator("input[type=date]").fill("2099-01-01")
    await visitor.submit_form()
    await expect(visitor.top_form.get_by_text(english.translate("home.pause.far"))).to_be_visible()
    await visitor.page.keyboard.press("Escape")

    await visitor.find_step("checkin.leave").click()
    await visitor.page.get_by_role("alertdialog").get_by_role("button", name="Leave").click()

    await expect(visitor.find_step("join").or_(visitor.find_step("checkin.join"))).to_be_visible()
    await expect(
        visitor.page.get_by_text(english.translate("home.mine.not_joined"))
    ).to_be_visible()


async def test_writing_to_a_supervisor_stays_between_people(
    visitor: Visitor, english: LanguagePack
) -> None:
    """The guide's last link opens a chat with the supervisor, in which the clinician writes."""
    await visitor.switch_persona("Idris Vantongeren")
    await filed(visitor, english, "away")

    await visitor.top_form.get_by_text(english.translate("rupture.guide.write")).click()

    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Henrike Vossmoor")
    await visitor.message_input.fill("Could we speak on Thursday?")
    await visitor.message_input.press("Enter")
    await expect(visitor.newest_message).to_contain_text("Could we speak on Thursday?")
    await visitor.switch_persona("Henrike Vossmoor")
    await visitor.open_room("Idris Vantongeren")
    await expect(visitor.newest_message).to_contain_text("Could we speak on Thursday?")
