"""The right of each handler, and the refusals of people without it."""

import argparse

import pytest

from bot import __main__ as bot_command
from bot.admin import command_line
from bot.content.catalogue import load_catalogue
from bot.context import Context
from bot.conversation import Person, Profile, Reply, Request
from bot.domain import permission_table
from bot.domain.delivery_kind import DeliveryKind
from bot.errors import BotError, NotTheirTeamError
from handlers import BUTTONS, COMMANDS, FORMS, SHORTCUTS
from handlers.required_rights import wrap_with_table_right
from handlers.rights import Handler
from schedules import COMPOSERS
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import resolve_reply
from tests.sample_team import SUPERVISOR, TEAM, build_request, set_up_team

WORDS = load_catalogue().get_pack("en")
FOREIGN_SUPERVISOR = Person("slack:T0ELSEWHERE", SUPERVISOR.id)
EDITOR_ROUTES = {
    "introduce": BUTTONS["supervision.introduce"],
    "setup": FORMS["setup"],
    "which": FORMS["which"],
}


async def find_refusal(handler: Handler, request: Request, context: Context) -> str:
    """Return the key of the error that a handler raises, ``""`` for a reply."""
    try:
        await resolve_reply(await handler(request, context))
    except BotError as error:
        return error.key
    return ""


async def handle_without_right(request: Request, context: Context) -> Reply:
    """Return nothing; the permission table has no row for it."""
    return None


def list_command_rows() -> set[str]:
    """Return the rows that the commands need: each alone, with its keywords and other words."""
    rows = set()
    for name, command in COMMANDS.items():
        topics = [permission_table.TOPIC] if command.topic_handler else []
        keywords = ["", permission_table.OTHER_WORDS, *command.keyword_handlers, *topics]
        rows |= {f"{name} {keyword}".strip() for keyword in keywords}
    return rows


def list_subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a command's subcommands by name."""
    actions = [
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    return {name: subparser for action in actions for name, subparser in action.choices.items()}


def list_verb_rows() -> set[str]:
    """Return the rows that the operator's commands need: each subcommand, as it is typed."""
    parser = command_line.build_parser(WORDS, bot_command.HANDLERS)
    return {
        f"{verb} {name}".strip()
        for verb, subparser in list_subcommands(parser).items()
        for name in list_subcommands(subparser) or [""]
    }


def test_the_permission_table_has_every_way_in_and_no_other() -> None:
    """Each command, keyword, form, button, shortcut, page, message and verb has its row."""
    assert {table: set(rows) for table, rows in permission_table.PERMISSION_TABLE.items()} == {
        "commands": list_command_rows(),
        "forms": set(FORMS),
        "buttons": set(BUTTONS),
        "shortcuts": set(SHORTCUTS),
        "pages": {"home"},
        "messages": set(COMPOSERS) | set(DeliveryKind),
        "verbs": list_verb_rows(),
    }


@pytest.mark.parametrize("table", ["commands", "forms", "buttons", "shortcuts", "pages"])
def test_handler_without_a_row_is_not_registered(table: str) -> None:
    """A new handler whose row was forgotten stops the process at its start."""
    with pytest.raises(KeyError):
        wrap_with_table_right(table, "forgotten", handle_without_right)


@pytest.mark.parametrize("is_admin", [True, False])
@pytest.mark.parametrize("route", EDITOR_ROUTES)
async def test_another_workspace_edits_no_team(
    context: Context, outlet: RecordingOutlet, route: str, *, is_admin: bool
) -> None:
    """A supervisor or admin of another workspace is refused, as for an id that no team has."""
    await set_up_team(context, supervisors=() if is_admin else (SUPERVISOR,))
    outlet.profiles[FOREIGN_SUPERVISOR] = Profile(is_admin=is_admin)

    refusals = {
        await find_refusal(
            EDITOR_ROUTES[route], build_request(FOREIGN_SUPERVISOR, data=team_id), context
        )
        for team_id in (TEAM.id, "no-such-team")
    }

    assert refusals == {NotTheirTeamError.key}


async def test_another_workspace_reads_no_table(context: Context) -> None:
    """A role in one workspace gives no access from another, whatever the button contains."""
    await set_up_team(context)
    request = build_request(FOREIGN_SUPERVISOR, data=TEAM.id)

    refusal = await find_refusal(BUTTONS["debriefs.period"], request, context)

    assert refusal == NotTheirTeamError.key
