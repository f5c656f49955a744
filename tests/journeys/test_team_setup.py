"""A team from its set-up in a channel without the bot to its first check-in, and to its end."""

import pytest
from playwright.async_api import expect

from bot.content.catalogue import LanguagePack
from tests.journeys.sandbox_user import SandboxUser

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADMIN, SUPERVISOR = "Quentin Obiagu", "Amaru Lindholm"
CLINICIANS = (
    *("Halima Ostrowe", "Kaito Brisebois", "Ottoline Varma", "Sefu Lindgaard"),
    *("Rosalind Etxeberria", "Tariq Holmgren", "Minh Castellar", "Petra Anaquod"),
)
"""The people of the practice workspace who are on no team's list."""


async def choose_people(user: SandboxUser, field_id: str, names: tuple[str, ...]) -> None:
    """Tick *names* in a list of people of the form on top."""
    field = user.top_form.locator(f"[data-block='{field_id}']")
    for name in names:
        await field.get_by_role("checkbox", name=name).check()


async def set_team_up(user: SandboxUser, english: LanguagePack) -> None:
    """Set the team of the open channel up, and let the bot in once it asks for that: six steps."""
    title = english.translate("supervision.form.title")
    await user.type_command("/supervision")
    await user.wait_for_title(title)
    await choose_people(user, "supervisors", (SUPERVISOR,))
    await choose_people(user, "clinicians", CLINICIANS)
    await user.submit_form()
    await user.wait_for_title(english.translate("supervision.card.title"))
    await expect(user.find_step("supervision.card")).to_be_visible()
    await user.close_forms()
    await user.type_command("/invite @Attune")
    invited = english.translate("sandbox.engine.invited", channel="harbourside")
    await expect(user.page.get_by_text(invited).first).to_be_visible()
    await user.type_command("/supervision")
    await user.wait_for_title(title)
    await user.find_step("supervision.card").click()
    await expect(user.top_form).to_contain_text("It names who set the team up")
    await user.close_forms()


async def close_team(user: SandboxUser, english: LanguagePack) -> None:
    """Close the team of the open channel as its supervisor."""
    await user.type_command("/supervision")
    await user.wait_for_title(english.translate("supervision.form.title"))
    await user.find_step("supervision.close").click()
    await user.wait_for_title(english.translate("team_changes.close.title"))
    await user.submit_form()
    await user.wait_for_title(english.translate("team_changes.close.done_title"))


async def test_a_new_team_gets_its_first_check_in_after_seven_steps(
    user: SandboxUser, english: LanguagePack
) -> None:
    """Six commands and buttons of an admin and one of a clinician, the names ticked not counted.

    The channel lacks the bot at first. At the end the supervisor closes the team, which leaves the
    practice workspace as it was.
    """
    await user.switch_persona(ADMIN)
    await user.open_room("harbourside")
    await set_team_up(user, english)
    await user.switch_persona(CLINICIANS[0])
    await user.open_room("harbourside")
    await user.find_step("join").click()
    await expect(user.newest_message).to_contain_text("You are in.")

    await user.jump_in_time("checkin")

    await user.open_room("Attune")
    await user.open_tab("Messages")
    await expect(user.find_step("checkin.answer")).to_be_visible()
    await user.switch_persona(SUPERVISOR)
    await user.open_room("harbourside")
    await close_team(user, english)
