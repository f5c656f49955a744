"""Journeys in Microsoft Teams, in the Agents Playground against the unmodified bot.

The Playground opens no dialogs and has no slash commands: forms open in the card, and commands
are written in the personal chat.
"""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.journeys.teams_sandbox import TeamsSandbox
from tests.journeys.teams_user import TeamsUser

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATUS = "Touched on, not really explored"


async def _has_more_cards(user: TeamsUser, card_count: int) -> bool:
    """Return whether more than *card_count* cards have arrived by now."""
    await user.page.wait_for_timeout(1000)
    return await user.cards.count() > card_count


async def open_form_in_card(user: TeamsUser, command: str) -> None:
    """Open a command's form in the card."""
    await user.write_message(command)
    await user.press_button(user.words.translate("private.here"))


async def test_tip_is_replaced_by_the_next(clinician: TeamsUser) -> None:
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
    """Two taps and Save turn the form in the card into a guide, and send no message."""
    words = clinician.words
    await open_form_in_card(clinician, "rupture")
    await clinician.choose_answer(words.questions["form"].get_option(form).label)
    await clinician.choose_answer(STATUS)
    card_count = await clinician.cards.count()

    await clinician.press_button(words.translate("rupture.form.submit"))

    await clinician.wait_for_text(words.translate("rupture.guide.title"))
    await clinician.wait_for_text(words.translate("safety.banner"))
    assert await clinician.cards.count() == card_count


async def test_deeper_questions_lead_back_to_the_guide(clinician: TeamsUser) -> None:
    """Folds open in the card, and the button back shows the guide in it again."""
    words = clinician.words
    await open_form_in_card(clinician, "rupture guide")
    await clinician.choose_answer(words.questions["form"].get_option("away").label)
    await clinician.choose_answer(STATUS)
    await clinician.press_button(words.translate("rupture.chooser.submit"))
    reason = clinician.newest_card.get_by_text(words.guide_line("protection.away.early")[:40])
    await expect(reason).not_to_be_visible()
    await clinician.press_button(words.translate("rupture.guide.why"))
    await expect(reason).to_be_visible()
    await clinician.press_button(words.translate("rupture.guide.deeper"))
    state = clinician.newest_card.get_by_text(words.questions["my_state"].text)
    await expect(state).not_to_be_visible()
    await clinician.press_button(words.translate("rupture.deeper.more"))
    await expect(state).to_be_visible()

    await clinician.press_button(words.translate("rupture.deeper.back"))

    await clinician.wait_for_text(words.guide_line("settle.plain"))
    await expect(clinician.newest_card.get_by_role("checkbox")).to_have_count(0)


async def test_missing_answer_is_reported(clinician: TeamsUser) -> None:
    """Nothing is submitted before both questions are answered; each shows its error."""
    await open_form_in_card(clinician, "rupture")

    await clinician.press_button(clinician.words.translate("rupture.form.submit"))

    await clinician.wait_for_text(clinician.words.translate("msteams.required"))


async def test_a_clinician_is_refused_the_counts(clinician: TeamsUser) -> None:
    """A team's tables open for its supervisors, and the clinician reads why."""
    await clinician.write_message("debriefs")

    await clinician.wait_for_text(clinician.words.translate("debriefs.refused.text")[:40])


async def test_supervisor_reads_the_report_and_its_method(
    supervisor: TeamsUser,
) -> None:
    """After agreeing to the use of the tables, a supervisor reads the report and how it is made."""
    words = supervisor.words
    await supervisor.accept_agreement()

    await supervisor.wait_for_text(words.translate("debriefs.discuss.heading"))
    await supervisor.press_button(words.translate("debriefs.step.method"))
    await supervisor.wait_for_text(words.translate("counts.caption.head")[:40])


async def test_checkin_arrives_on_schedule_and_is_answered_in_private(
    clinician: TeamsUser, teams_sandbox: TeamsSandbox
) -> None:
    """A joined clinician receives the check-in when due; the answer replaces the form by thanks."""
    words = clinician.words
    await clinician.write_message("checkin join")
    card_count = await clinician.cards.count()

    await teams_sandbox.advance_days_until(lambda: _has_more_cards(clinician, card_count))

    await expect(clinician.cards).to_have_count(card_count + 1)
    await clinician.press_button(words.translate("checkin.nudge.answer"))
    await clinician.choose_answer(words.questions["checkin"].options[0].label)
    await clinician.press_button(words.translate("checkin.form.submit"))
    await clinician.wait_for_text(words.translate("checkin.thanks.title"))


async def test_no_message_is_sent_after_the_app_is_removed(
    clinician: TeamsUser, teams_sandbox: TeamsSandbox
) -> None:
    """After the app is removed no check-in is sent, however many weeks pass."""
    await clinician.write_message("checkin join")
    card_count = await clinician.cards.count()
    await clinician.mock_activity("Uninstall application")
    await expect(clinician.page.get_by_text("installationUpdate 200")).to_have_count(2)

    await teams_sandbox.move_clock(teams_sandbox.now + timedelta(weeks=2))

    assert await clinician.cards.count() == card_count
