"""The supervisor's hour in a real browser: its plan, sharing it, and asking for ten minutes."""

import pytest
from playwright.async_api import expect

from bot.content.catalogue import LanguagePack
from tests.journeys.sandbox_user import SandboxUser

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUPERVISOR, CLINICIAN = "Cormac Delaroche", "Gethin Oyelaran"
"""The supervisor and a clinician of one team."""


async def agree(user: SandboxUser, english: LanguagePack) -> None:
    """Open the report as the supervisor, accepting the agreement if it is asked for."""
    await user.switch_persona(SUPERVISOR)
    await user.open_room("riverside")
    await user.type_command("/debriefs hour")
    pledge = user.page.get_by_text(english.translate("debriefs.agreement.pledge"))
    plan = user.newest_message.get_by_text(english.translate("hour.take.title"))
    await expect(pledge.or_(plan).first).to_be_visible()
    if await pledge.is_visible():
        await user.submit_form()
        await user.wait_for_title(english.translate("debriefs.title"))
        await user.close_forms()
        await user.type_command("/debriefs hour")


async def test_supervisor_plans_an_hour_and_shares_it(
    user: SandboxUser, english: LanguagePack
) -> None:
    """A plan of 30 minutes becomes one of 50, and after its preview a post with a name."""
    await agree(user, english)
    short, long = (
        english.translate("hour.heading", minutes=minutes, team="Riverside") for minutes in (30, 50)
    )
    await expect(user.newest_message).to_contain_text(short)
    await user.find_step("debriefs.hour").click()
    await expect(user.newest_message).to_contain_text(long)
    await user.find_step("debriefs.share").click()
    await user.wait_for_title(english.translate("hour.share.title"))
    heading = english.translate("hour.share.heading")
    await expect(user.top_form).to_contain_text(heading)
    await user.submit_form()
    await expect(user.top_form).to_contain_text("within a minute")

    await expect(user.page.locator("article").filter(has_text=heading)).to_have_count(1)
    await user.find_step("debriefs.shared").click()
    await expect(user.top_form).to_contain_text("It is in")
    await user.close_forms()
    await user.switch_persona(CLINICIAN)
    await user.open_room("riverside")

    post = user.page.get_by_role("article").filter(has_text=heading)
    await expect(post).to_have_count(1)
    await expect(post).to_contain_text("Cormac Delaroche")


async def test_clinician_is_refused_the_plan(user: SandboxUser, english: LanguagePack) -> None:
    """A clinician reads that the plan is for the team's supervisors."""
    await user.switch_persona(CLINICIAN)
    await user.open_room("riverside")

    await user.type_command("/debriefs hour")

    await expect(user.newest_message).to_contain_text(english.translate("error.not_their_team"))


async def test_clinician_asks_for_ten_minutes_from_home(
    user: SandboxUser, english: LanguagePack
) -> None:
    """The button at home leads over a preview to a named sentence that the supervisor reads."""
    await user.switch_persona(CLINICIAN)
    await user.open_room("Attune")
    await user.open_tab("Home")
    await user.find_step("ask.open").click()
    await user.top_form.get_by_role("button", name=english.translate("ask.step.heard")).click()
    sentence = "would like ten minutes next time: to be heard"
    await expect(user.top_form).to_contain_text(sentence)
    await user.submit_form()
    await expect(user.top_form).to_contain_text(english.translate("ask.status.sent"))
    await user.close_forms()

    await user.switch_persona(SUPERVISOR)
    await user.open_room("Attune")
    await user.open_tab("Messages")

    await expect(user.newest_message).to_contain_text(sentence)
    await expect(user.newest_message).to_contain_text("Gethin Oyelaran")
