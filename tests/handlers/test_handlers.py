"""The tables themselves."""

from dataclasses import replace

import pytest

from bot.context import Desk
from bot.domain.counts import reports
from bot.domain.counts.reports import Shelf
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief
from bot.domain.teams import setup_form, welcome_card
from bot.elements import Actions, Button, Form, Menu
from handlers import BUTTONS, COMMANDS, FORMS
from tests.sample_team import MARIE, SUPERVISOR, TEAM, body, request


@pytest.mark.parametrize("name", sorted(FORMS))
async def test_a_form_put_away_is_answered_with_nothing(desk: Desk, name: str) -> None:
    """Closing a form unsent keeps nothing and shows nothing."""
    closed = replace(request(MARIE, answers={}), step="closed")

    assert await FORMS[name](closed, desk) is None


def test_every_command_has_help() -> None:
    """No command leaves a person alone with it."""
    assert {n for n, c in COMMANDS.items() if "help" not in c.keywords} == {"help"}


def test_every_step_that_is_shown_leads_somewhere(desk: Desk) -> None:
    """The card, the guide, the table and the set-up offer only steps in the table."""
    words = desk.catalogue.words("en")
    shown = (
        welcome_card.introduction(TEAM, SUPERVISOR.id, (SUPERVISOR.id,), words),
        guides.guide(Debrief("away", "touched"), words),
        reports.page(Shelf(TEAM, (), None, (TEAM,)), None, words),
        setup_form.form(setup_form.Current(TEAM), words),
    )

    names = {
        step.name
        for reply in shown
        for row in body(reply)
        if isinstance(row, Actions)
        for step in row.steps
        if isinstance(step, Button | Menu)
    }
    assert names <= set(BUTTONS)


def test_every_form_that_is_sent_has_a_handler(desk: Desk) -> None:
    """What a person fills in is never answered with silence."""
    words = desk.catalogue.words("en")
    forms: tuple[Form, ...] = (
        reports.agreement(words),
        setup_form.form(setup_form.Current(), words),
        setup_form.chooser((TEAM,), words, may_create=True),
    )

    assert {form.name for form in forms} <= set(FORMS)
