"""The handler tables."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.context import Context
from bot.conversation import Person, RequestStep
from bot.domain.counts import reports
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief
from bot.domain.teams import setup_form, welcome_card
from bot.elements import ActionRow, Button, Form, OverflowMenu
from bot.errors import NotTheirTeamError
from handlers import BUTTONS, COMMANDS, FORMS
from tests.handlers.setup_forms import resolve_reply
from tests.sample_team import MARIE, SUPERVISOR, TEAM, build_request, reply_body, set_up_team
from tests.sources import ROOT


@pytest.mark.parametrize("name", sorted(FORMS))
async def test_a_closed_form_returns_none(context: Context, name: str) -> None:
    """A closed form returns ``None``."""
    request = replace(build_request(MARIE, answers={}), step=RequestStep.CLOSED)

    assert await FORMS[name](request, context) is None


def test_every_command_has_help() -> None:
    """Every other command has a help keyword."""
    assert {
        name for name, command in COMMANDS.items() if "help" not in command.keyword_handlers
    } == {"help"}


def test_every_step_has_a_handler(context: Context) -> None:
    """The card, the guide, the table and the set-up offer only registered buttons."""
    words = context.catalogue.get_pack("en")
    replies = (
        welcome_card.render_introduction(TEAM, SUPERVISOR.id, (SUPERVISOR.id,), words),
        guides.build_guide_form(Debrief("away", "touched"), words),
        reports.render_report(ReportArchive(TEAM, (), None, (TEAM,)), None, words),
        setup_form.build_setup_form(setup_form.CurrentSetup(TEAM), words),
    )

    names = {
        step.name
        for reply in replies
        for row in reply_body(reply)
        if isinstance(row, ActionRow)
        for step in row.controls
        if isinstance(step, Button | OverflowMenu)
    }
    assert names <= set(BUTTONS)


def test_every_form_has_a_handler(context: Context) -> None:
    """Every form that the bot opens is registered."""
    words = context.catalogue.get_pack("en")
    forms: tuple[Form, ...] = (
        reports.build_agreement_form(words),
        setup_form.build_setup_form(setup_form.CurrentSetup(), words),
        setup_form.build_team_chooser((TEAM,), words, may_create=True),
    )

    assert {form.name for form in forms} <= set(FORMS)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "handlers").glob("*.py")), ids=lambda path: path.name
)
def test_no_handler_opens_the_store_across_workspaces(path: Path) -> None:
    """Handlers open the rows of the workspace of their request or event only."""
    assert "across_workspaces" not in path.read_text()


async def test_a_team_of_another_workspace_is_rejected(context: Context) -> None:
    """A request with the id of another workspace's team, even of its supervisor, is rejected."""
    await set_up_team(context)
    request = build_request(Person("slack:T0ELSEWHERE", SUPERVISOR.id), data=TEAM.id)

    with pytest.raises(NotTheirTeamError):
        await resolve_reply(await BUTTONS["supervision.introduce"](request, context))
