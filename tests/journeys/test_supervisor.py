"""What the counts show to a supervisor, and to people without access to them."""

import pytest
from playwright.async_api import expect

from bot.content.catalogue import LanguagePack
from tests.journeys.sandbox_user import SandboxUser
from tests.journeys.test_hour import agree

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_supervisor_agrees_once_and_reads_the_table(
    user: SandboxUser, english: LanguagePack
) -> None:
    """The agreement comes first; then the latest report, with its method one button away."""
    await user.switch_persona("Henrike Vossmoor")
    await user.type_command("/debriefs")
    await expect(user.top_form).to_contain_text(english.translate("debriefs.agreement.pledge"))
    await user.submit_form()
    heading = english.translate("debriefs.heading", team="Northshore")
    await expect(user.top_form).to_contain_text(heading)
    await user.page.keyboard.press("Escape")
    await expect(user.page.get_by_role("dialog")).to_have_count(0)

    await user.type_command("/debriefs")

    await expect(user.newest_message).to_contain_text(heading)
    await expect(user.newest_message).to_contain_text("Only visible to you")
    await user.newest_message.get_by_role(
        "button", name=english.translate("debriefs.step.method")
    ).click()
    await expect(user.top_form).to_contain_text(english.translate("counts.caption.head"))


async def test_supervisor_copies_the_tables(user: SandboxUser, english: LanguagePack) -> None:
    """The published tables open as text to copy, with a line for each."""
    await agree(user, english)

    await user.type_command("/debriefs export")

    await expect(user.top_form).to_contain_text(english.translate("debriefs.export.intro"))
    await expect(user.top_form).to_contain_text(english.translate("counts.ledger.total"))


async def test_clinician_is_refused_the_counts(user: SandboxUser, english: LanguagePack) -> None:
    """A person who supervises no team reads whom the counts are for, and no count."""
    await user.switch_persona("Soren Adeyinka")

    await user.type_command("/debriefs")

    await expect(user.newest_message).to_contain_text(english.translate("debriefs.refused.text"))
    await expect(user.newest_message.get_by_role("table")).to_have_count(0)


async def test_setup_shows_current_values_and_reports_errors(
    user: SandboxUser, english: LanguagePack
) -> None:
    """A team's set-up opens with its current values; an empty name is an error at the field."""
    await user.switch_persona("Cormac Delaroche")
    await user.open_room("riverside")
    await user.type_command("/supervision")
    name = user.top_form.locator("input[type=text]").first
    await expect(name).to_have_value("Riverside")
    await expect(user.top_form.get_by_text("9 chosen")).to_be_visible()

    await name.fill("")
    await user.submit_form()

    await expect(
        user.top_form.get_by_text(english.translate("sandbox.engine.required"))
    ).to_be_visible()
    await expect(name).to_be_focused()
