"""A clinician's week, in a real browser against the unmodified bot."""

import pytest
from playwright.async_api import expect

from bot.content.catalogue import LanguagePack
from tests.journeys.sandbox_user import SandboxUser

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATUS = "Touched on, not really explored"


async def file_debrief(
    user: SandboxUser, english: LanguagePack, form: str, command: str = "/rupture"
) -> None:
    """File a debrief with that form, and wait for its guide."""
    await user.type_command(command)
    await user.wait_for_title(english.translate("rupture.form.title"))
    await user.choose_answer("form", english.questions["form"].get_option(form).label)
    await user.choose_answer("status", STATUS)
    await user.submit_form()
    await user.wait_for_title(english.translate("rupture.guide.title"))


async def test_tip_is_private(user: SandboxUser, english: LanguagePack) -> None:
    """`/tip` shows today's card to the requesting person alone, and its button the next one."""
    await user.type_command("/tip")
    await expect(user.newest_message).to_contain_text("Only visible to you")
    first = await user.newest_message.get_by_role("heading").inner_text()
    await user.find_step("tip.next").click()
    await expect(user.newest_message.get_by_role("heading")).not_to_have_text(first)
    assert first in {tip.title for tip in english.tips}

    await user.switch_persona("Sunniva Prakash")

    await expect(user.page.get_by_text("Only visible to you")).to_have_count(0)


@pytest.mark.parametrize("form", ["away", "against", "both", "unsure"])
async def test_each_form_of_rupture_has_its_guide(
    user: SandboxUser, english: LanguagePack, form: str
) -> None:
    """Two taps and Save turn the form into a guide, safety first, and send no message."""
    await user.switch_persona("Jun Castellane")
    message_count = await user.page.get_by_role("article").count()

    await file_debrief(user, english, form)

    await expect(user.top_form).to_contain_text(english.translate("safety.banner"))
    await expect(user.top_form.locator("blockquote").first).to_be_visible()
    await user.page.keyboard.press("Escape")
    await expect(user.page.get_by_role("dialog")).to_have_count(0)
    assert await user.page.get_by_role("article").count() == message_count


async def test_the_four_guides_differ(user: SandboxUser, english: LanguagePack) -> None:
    """Each form of rupture has a guide with a different text."""
    await user.switch_persona("Noor Abernathy")
    guides = []
    for form in ("away", "against", "both", "unsure"):
        await file_debrief(user, english, form)
        guides.append(await user.top_form.locator(".body").inner_text())
        await user.page.keyboard.press("Escape")
        await expect(user.page.get_by_role("dialog")).to_have_count(0)

    assert len(set(guides)) == 4


async def test_too_many_answers_are_reported_under_their_question(
    user: SandboxUser, english: LanguagePack
) -> None:
    """Four feelings too many in the deeper form show the limit beside the question itself."""
    await user.switch_persona("Tomasz Akintola")
    await file_debrief(user, english, "both")
    await user.find_step("rupture.deeper").click()
    await user.wait_for_title(english.translate("rupture.deeper.title"))
    boxes = user.top_form.locator("[data-kind=checkboxes]").first.get_by_role("checkbox")
    for index in range(await boxes.count()):
        await boxes.nth(index).check()

    await user.submit_form()

    invalid = user.top_form.locator("[aria-invalid=true]").first
    described_by = await invalid.get_attribute("aria-describedby") or ""
    error = user.page.locator(f"#{described_by.split()[-1]}")
    await expect(error).to_be_visible()
    assert await boxes.last.is_checked(), "the chosen answers stay"


async def test_text_after_the_command_is_not_repeated(
    user: SandboxUser, english: LanguagePack
) -> None:
    """Unknown words are discarded: the form opens and shows none of them."""
    await user.switch_persona("Yara Fitzmorris")

    await user.type_command("/rupture heliotrope")

    await user.wait_for_title(english.translate("rupture.form.title"))
    await expect(user.page.get_by_text("heliotrope")).to_have_count(0)


async def test_checkin_is_joined_answered_and_followed_up(
    user: SandboxUser, english: LanguagePack
) -> None:
    """A clinician joins from the card, answers after a jump, follows up, and goes on to answer."""
    await user.find_step("join").click()
    await expect(user.newest_message).to_contain_text("You are in.")

    await user.jump_in_time("checkin")
    await user.open_room("Attune")
    await user.open_tab("Messages")
    sign = await user.newest_message.locator("p", has_text="Your sign this week").inner_text()
    await user.find_step("checkin.answer").click()
    await user.wait_for_title(english.translate("checkin.form.title"))
    await user.choose_answer("checkin", "Yes, someone comes to mind")
    await user.choose_answer("intention", "Go back to the goals together")
    await user.choose_answer("wish", "Yes, ask me next week")
    await user.submit_form()
    await user.wait_for_title(english.translate("checkin.thanks.title"))
    await user.page.keyboard.press("Escape")

    await user.jump_in_time("checkin")
    await user.find_step("checkin.answer").click()

    await user.wait_for_title(english.translate("checkin.followup.title"))
    await expect(user.top_form).to_contain_text("Go back to the goals together")
    await expect(user.top_form).to_contain_text(sign.split("  ")[-1].split(": ")[-1].split()[0])
    await user.choose_answer("followup", "I did it")
    await user.submit_form()
    await user.wait_for_title(english.translate("checkin.thanks.title"))
    await user.top_form.get_by_role(
        "button", name=english.translate("common.step.question")
    ).click()
    await user.wait_for_title(english.translate("checkin.form.title"))


async def test_checkin_can_be_paused_and_left(user: SandboxUser, english: LanguagePack) -> None:
    """Pausing until a date and leaving take a few taps on the Home page, and can be undone."""
    await user.switch_persona("Kenji Duvalier")
    await user.open_room("Attune")
    await user.find_step("checkin.pause").click()
    await user.wait_for_title(english.translate("home.pause.title"))
    await user.top_form.locator("input[type=date]").fill("2099-01-01")
    await user.submit_form()
    await expect(user.top_form.get_by_text(english.translate("home.pause.far"))).to_be_visible()
    await user.page.keyboard.press("Escape")

    await user.find_step("checkin.leave").click()
    await user.page.get_by_role("alertdialog").get_by_role("button", name="Leave").click()

    await expect(user.find_step("join").or_(user.find_step("checkin.join"))).to_be_visible()
    await expect(user.page.get_by_text(english.translate("home.mine.not_joined"))).to_be_visible()


async def test_message_to_a_supervisor_bypasses_the_bot(
    user: SandboxUser, english: LanguagePack
) -> None:
    """Below three openers to copy a link opens a chat with the supervisor, and nothing is sent."""
    await user.switch_persona("Idris Vantongeren")
    await file_debrief(user, english, "away")
    fold = user.top_form.get_by_role("button", name=english.translate("rupture.guide.bring"))
    await fold.click()
    await expect(user.top_form).to_contain_text(english.translate("rupture.guide.copy"))

    await user.top_form.get_by_text(english.translate("rupture.guide.write")).click()

    await expect(user.page.get_by_role("heading", level=1)).to_have_text("Henrike Vossmoor")
    await user.message_input.fill("Could we speak on Thursday?")
    await user.message_input.press("Enter")
    await expect(user.newest_message).to_contain_text("Could we speak on Thursday?")
    await user.switch_persona("Henrike Vossmoor")
    await user.open_room("Idris Vantongeren")
    await expect(user.newest_message).to_contain_text("Could we speak on Thursday?")
