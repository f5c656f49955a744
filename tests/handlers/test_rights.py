"""The right of each handler, and the refusals of people without it."""

import pytest

from bot.context import Context
from bot.conversation import Person, Profile, Reply, Request
from bot.errors import BotError, NotTheirTeamError
from handlers import BUTTONS, COMMANDS, FORMS
from handlers.required_rights import RIGHTS, check_right
from handlers.rights import Handler
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import resolve_reply
from tests.sample_team import SUPERVISOR, TEAM, build_request, set_up_team

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
    """Return nothing; no table declares a right for it."""
    return None


def test_every_handler_of_a_command_has_a_right() -> None:
    """A command's handler without a right would fail only when a person uses it."""
    handlers = {
        handler
        for command in COMMANDS.values()
        for handler in (
            command.default_handler,
            command.fallback_handler,
            command.topic_handler,
            *command.keyword_handlers.values(),
        )
        if handler
    }

    assert handlers <= RIGHTS.keys()


def test_handler_without_a_right_is_not_registered() -> None:
    """A new handler whose right was forgotten stops the process at its start."""
    with pytest.raises(KeyError):
        check_right(handle_without_right)


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
