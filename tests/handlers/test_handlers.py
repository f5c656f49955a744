"""The tables themselves."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.domain.counts import reports
from bot.domain.counts.reports import ReportArchive
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief
from bot.domain.teams import setup_form, welcome_card
from bot.elements import ActionRow, Button, Form, OverflowMenu
from handlers import BUTTONS, COMMANDS, FORMS
from tests.sample_team import MARIE, SUPERVISOR, TEAM, build_request, reply_body


@pytest.mark.parametrize("name", sorted(FORMS))
async def test_a_form_put_away_is_answered_with_nothing(context: Context, name: str) -> None:
    """Closing a form unsent keeps nothing and shows nothing."""
    closed = replace(build_request(MARIE, answers={}), step="closed")

    assert await FORMS[name](closed, context) is None


def test_every_command_has_help() -> None:
    """No command leaves a person alone with it."""
    assert {n for n, c in COMMANDS.items() if "help" not in c.keyword_handlers} == {"help"}


def test_every_step_that_is_shown_leads_somewhere(context: Context) -> None:
    """The card, the guide, the table and the set-up offer only steps in the table."""
    words = context.catalogue.get_pack("en")
    shown = (
        welcome_card.render_introduction(TEAM, SUPERVISOR.id, (SUPERVISOR.id,), words),
        guides.build_guide_form(Debrief("away", "touched"), words),
        reports.render_report(ReportArchive(TEAM, (), None, (TEAM,)), None, words),
        setup_form.build_setup_form(setup_form.CurrentSetup(TEAM), words),
    )

    names = {
        step.name
        for reply in shown
        for row in reply_body(reply)
        if isinstance(row, ActionRow)
        for step in row.controls
        if isinstance(step, Button | OverflowMenu)
    }
    assert names <= set(BUTTONS)


def test_every_form_that_is_sent_has_a_handler(context: Context) -> None:
    """What a person fills in is never answered with silence."""
    words = context.catalogue.get_pack("en")
    forms: tuple[Form, ...] = (
        reports.build_agreement_form(words),
        setup_form.build_setup_form(setup_form.CurrentSetup(), words),
        setup_form.build_team_chooser((TEAM,), words, may_create=True),
    )

    assert {form.name for form in forms} <= set(FORMS)
