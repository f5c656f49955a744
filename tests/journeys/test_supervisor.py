"""What the counts show to a supervisor, and to whoever they are not for."""

import pytest
from playwright.async_api import expect

from bot.content.catalogue import LanguagePack
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_supervisor_agrees_once_and_reads_the_table(
    visitor: Visitor, english: LanguagePack
) -> None:
    """The agreement comes first; then the past's published table, in words and as a chart."""
    await visitor.switch_persona("Henrike Vossmoor")
    await visitor.type_command("/debriefs")
    await expect(visitor.top_form).to_contain_text(english.translate("debriefs.agreement.pledge"))
    await visitor.submit_form()
    heading = english.translate("debriefs.heading", team="Northshore")
    await expect(visitor.top_form).to_contain_text(heading)
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.get_by_role("dialog")).to_have_count(0)

    await visitor.type_command("/debriefs")

    await expect(visitor.newest_message).to_contain_text(heading)
    await expect(visitor.newest_message).to_contain_text("Only visible to you")
    chart = visitor.newest_message.get_by_role("table").first
    await expect(chart).to_be_visible()
    labels = await chart.get_by_role("rowheader").all_inner_texts()
    briefs = [english.questions[name].short_labels.values() for name in ("form", "status")]
    assert labels in [list(one) for one in briefs]


async def test_a_clinician_is_refused_kindly(visitor: Visitor, english: LanguagePack) -> None:
    """Whoever supervises nobody reads whom the counts are for, and no count."""
    await visitor.switch_persona("Soren Adeyinka")

    await visitor.type_command("/debriefs")

    await expect(visitor.newest_message).to_contain_text(english.translate("debriefs.refused.text"))
    await expect(visitor.newest_message.get_by_role("table")).to_have_count(0)


async def test_a_set_up_keeps_what_it_was_and_names_what_is_wrong(
    visitor: Visitor, english: LanguagePack
) -> None:
    """A team's set-up opens as it is; an empty name is asked for under the name."""
    await visitor.switch_persona("Cormac Delaroche")
    await visitor.open_room("riverside")
    await visitor.type_command("/supervision")
    name = visitor.top_form.locator("input[type=text]").first
    await expect(name).to_have_value("Riverside")
    await expect(visitor.top_form.get_by_text("9 chosen")).to_be_visible()

    await name.fill("")
    await visitor.submit_form()

    await expect(
        visitor.top_form.get_by_text(english.translate("tryout.engine.required"))
    ).to_be_visible()
    await expect(name).to_be_focused()
