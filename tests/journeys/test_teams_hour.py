"""The supervisor's hour in Microsoft Teams, in the Agents Playground against the unmodified bot."""

import pytest

from tests.journeys.teams_user import TeamsUser

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_supervisor_plans_an_hour_and_previews_sharing_it(supervisor: TeamsUser) -> None:
    """A plan of 30 minutes becomes one of 50, and its preview shows what the channel would get.

    Posting it is tested in :mod:`tests.handlers.test_share`.
    """
    words = supervisor.words
    await supervisor.accept_agreement()
    await supervisor.write_message("debriefs hour")
    await supervisor.wait_for_text(words.translate("hour.take.title"))
    await supervisor.press_button(words.translate("hour.step.other", minutes=50))
    await supervisor.wait_for_text("50 minutes together")

    await supervisor.press_button(words.translate("hour.step.share_plan"))

    await supervisor.wait_for_text(words.translate("hour.share.heading"))


async def test_clinician_is_refused_the_plan(clinician: TeamsUser) -> None:
    """A clinician reads that the plan is for the team's supervisors."""
    await clinician.write_message("debriefs hour")

    await clinician.wait_for_text(clinician.words.translate("error.not_their_team")[:40])


async def test_clinician_asks_for_ten_minutes(clinician: TeamsUser) -> None:
    """The button at home leads over a preview to a form that says whether it was sent."""
    words = clinician.words
    await clinician.write_message("hello")
    await clinician.press_button(words.translate("ask.step.open"))
    await clinician.press_button(words.translate("ask.step.think"))
    await clinician.wait_for_text("would like ten minutes next time: to think")

    await clinician.press_button(words.translate("ask.submit"))

    await clinician.wait_for_text(words.translate("ask.status.sent")[:20])
