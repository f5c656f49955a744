"""A guide and its deeper questions, in a real browser against the unmodified bot."""

import pytest
from playwright.async_api import expect

from bot.content.catalogue import LanguagePack
from tests.journeys.sandbox_user import SandboxUser
from tests.journeys.test_clinician import file_debrief

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def choose_option(user: SandboxUser, words: LanguagePack, question: str, code: str) -> None:
    """Choose an option of a question of the form on top."""
    await user.choose_answer(question, words.questions[question].get_option(code).label)


@pytest.mark.parametrize("way", ["Escape", "button"])
async def test_deeper_questions_are_left_for_the_guide(
    user: SandboxUser, english: LanguagePack, way: str
) -> None:
    """Escape and the button back show the guide again, which was below the questions."""
    await user.switch_persona("Tomasz Akintola")
    await file_debrief(user, english, "away")
    guide = await user.top_form.locator(".body").inner_text()
    await user.find_step("rupture.deeper").click()
    await user.wait_for_title(english.translate("rupture.deeper.title"))
    await choose_option(user, english, "mine", "rushed")

    if way == "Escape":
        await user.page.keyboard.press("Escape")
    else:
        back = english.translate("rupture.deeper.back")
        await user.top_form.get_by_role("button", name=back, exact=True).click()

    await user.wait_for_title(english.translate("rupture.guide.title"))
    await expect(user.page.get_by_role("dialog")).to_have_count(1)
    assert await user.top_form.locator(".body").inner_text() == guide


async def test_the_refined_guide_closes_both(user: SandboxUser, english: LanguagePack) -> None:
    """More questions keep the answers; the refined guide is closed together with the first."""
    await user.switch_persona("Yara Fitzmorris")
    await file_debrief(user, english, "away")
    await user.find_step("rupture.deeper").click()
    await user.wait_for_title(english.translate("rupture.deeper.title"))
    await choose_option(user, english, "mine", "rushed")
    await user.top_form.locator("[data-block='strain'] select").select_option(index=1)
    await expect(user.top_form.locator("[data-block='my_state']")).to_have_count(0)

    await user.find_step("rupture.questions").click()
    await choose_option(user, english, "my_state", "calm")
    await user.submit_form()

    await user.wait_for_title(english.translate("rupture.guide.title"))
    await expect(user.top_form).to_contain_text(english.guide_line("settle.calm"))
    await expect(user.top_form).to_contain_text(english.guide_line("mine.rushed"))
    await user.page.keyboard.press("Escape")
    await expect(user.page.get_by_role("dialog")).to_have_count(0)


async def test_a_fold_opens_in_the_guide(user: SandboxUser, english: LanguagePack) -> None:
    """What it may protect is read after one press, and the other folds stay folded."""
    await user.switch_persona("Jun Castellane")
    await file_debrief(user, english, "against")
    reason = english.guide_line("protection.against.early")
    await expect(user.top_form).not_to_contain_text(reason)

    why = english.translate("rupture.guide.why")
    await user.top_form.get_by_role("button", name=why, exact=True).click()

    await expect(user.top_form).to_contain_text(reason)
    await expect(user.top_form.get_by_role("button", name=why, exact=True)).to_have_count(0)
    more = english.translate("rupture.guide.more")
    await expect(user.top_form.get_by_role("button", name=more, exact=True)).to_be_visible()
