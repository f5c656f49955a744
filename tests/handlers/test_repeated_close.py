"""A team is closed once; whoever closed it reads that it is closed, and others read nothing."""

import pytest

from bot.context import Context
from bot.conversation import Person, Profile
from bot.errors import NotTheirTeamError
from handlers import BUTTONS, FORMS
from handlers.rights import Handler
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import resolve_reply
from tests.sample_team import (
    ADMIN,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_text,
    set_up_team,
)

CLOSING_HANDLERS = {"the form": FORMS["closing"], "the button": BUTTONS["supervision.close"]}


async def remove_team(context: Context, person: Person, handler: Handler) -> str:
    """Send a request to close the Monday team, and return the text of the reply."""
    request = build_request(person, data=TEAM.id, answers={})
    return reply_text(await resolve_reply(await handler(request, context)))


@pytest.mark.parametrize("way", CLOSING_HANDLERS)
async def test_the_supervisor_reads_that_the_team_is_closed(context: Context, way: str) -> None:
    """A repeated close writes nothing, whether by the form or by a button that is still open."""
    await set_up_team(context)
    await remove_team(context, SUPERVISOR, FORMS["closing"])

    assert "is closed already" in await remove_team(context, SUPERVISOR, CLOSING_HANDLERS[way])
    entries = await context.store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries()
    )
    assert len(entries) == 1


@pytest.mark.parametrize("person", [ADMIN, MARIE, STRANGER])
async def test_others_do_not_learn_that_a_team_is_closed(
    context: Context, outlet: RecordingOutlet, person: Person
) -> None:
    """An admin, a clinician and a stranger are refused as before."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    await set_up_team(context)
    await remove_team(context, SUPERVISOR, FORMS["closing"])

    with pytest.raises(NotTheirTeamError):
        await remove_team(context, person, FORMS["closing"])
