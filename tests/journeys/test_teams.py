"""What people do in Microsoft Teams, in the Agents Playground against the bot as it is.

The Playground opens no dialogs and knows no slash commands: forms open in the card, and
commands are written in the personal chat.
"""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.journeys.colleague import TeamsUser
from tests.journeys.organisation import TeamsSandbox

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATUS = "Touched on, not really explored"


async def _more(who: TeamsUser, cards: int) -> bool:
    """Whether somebody has got more than *cards* by now."""
    await who.page.wait_for_timeout(1000)
    return await who.cards.count() > cards


async def opened(who: TeamsUser, command: str) -> None:
    """Open a command's form in the card."""
    await who.write_message(command)
    await who.press_button(who.words.translate("private.here"))


async def test_a_tip_is_read_and_the_next_one_takes_its_place(clinician: TeamsUser) -> None:
    """`tip` shows today's card, and its button another one."""
    titles = {tip.title for tip in clinician.words.tips}
    await clinician.write_message("tip")
    first = await clinician.newest_card.get_by_role("heading").first.inner_text()

    await clinician.press_button(clinician.words.translate("tip.next"))

    await expect(clinician.newest_card.get_by_role("heading").first).not_to_have_text(first)
    assert first in titles
    assert await clinician.newest_card.get_by_role("heading").first.inner_text() in titles


@pytest.mark.parametrize("form", ["away", "against", "both", "unsure"])
async def test_each_form_of_rupture_has_its_guide(clinician: TeamsUser, form: str) -> None:
    """Two taps and Save turn the form in the card into a guide, and cause no message."""
    words = clinician.words
    await opened(clinician, "rupture")
    await clinician.choose_answer(words.questions["form"].get_option(form).label)
    await clinician.choose_answer(STATUS)
    cards = await clinician.cards.count()

    await clinician.press_button(words.translate("rupture.form.submit"))

    await clinician.wait_for_text(words.translate("rupture.guide.title"))
    await clinician.wait_for_text(words.translate("safety.banner"))
    assert await clinician.cards.count() == cards


async def test_an_answer_that_is_missing_is_asked_for(clinician: TeamsUser) -> None:
    """Nothing is sent before both questions are answered; each says so itself."""
    await opened(clinician, "rupture")

    await clinician.press_button(clinician.words.translate("rupture.form.submit"))

    await clinician.wait_for_text(clinician.words.translate("msteams.required"))


async def test_a_clinician_is_refused_the_counts(clinician: TeamsUser) -> None:
    """A team's tables open for its supervisors, and the clinician reads why."""
    await clinician.write_message("debriefs")

    await clinician.wait_for_text(clinician.words.translate("debriefs.refused.text")[:40])


async def test_a_supervisor_reads_the_counts_as_a_chart_and_in_words(
    supervisor: TeamsUser,
) -> None:
    """Once they agreed to how the tables are used, they see bars and the same in words."""
    words = supervisor.words
    await supervisor.write_message("debriefs")
    await supervisor.press_button(words.translate("private.here"))
    await supervisor.press_button(words.translate("debriefs.agreement.agree"))

    await supervisor.wait_for_text(words.translate("counts.chart.accuracy")[:40])
    drawn = supervisor.page.get_by_text(words.questions["form"].short_labels["unsure"], exact=True)
    await expect(drawn.first).to_be_visible()


async def test_a_checkin_arrives_by_the_clock_and_is_answered_in_private(
    clinician: TeamsUser, organisation: TeamsSandbox
) -> None:
    """Whoever joined is asked when it is time; the answer turns the card's form into thanks."""
    words = clinician.words
    await clinician.write_message("checkin join")
    cards = await clinician.cards.count()

    await organisation.advance_days_until(lambda: _more(clinician, cards))

    await expect(clinician.cards).to_have_count(cards + 1)
    await clinician.press_button(words.translate("checkin.nudge.answer"))
    await clinician.choose_answer(words.questions["checkin"].options[0].label)
    await clinician.press_button(words.translate("checkin.form.submit"))
    await clinician.wait_for_text(words.translate("checkin.thanks.title"))


async def test_whoever_removed_the_app_is_not_written_to(
    clinician: TeamsUser, organisation: TeamsSandbox
) -> None:
    """After the app is removed no check-in comes, however many weeks pass."""
    await clinician.write_message("checkin join")
    cards = await clinician.cards.count()
    await clinician.mock_activity("Uninstall application")
    await expect(clinician.page.get_by_text("installationUpdate 200")).to_have_count(2)

    await organisation.move_clock(organisation.now + timedelta(weeks=2))

    assert await clinician.cards.count() == cards
