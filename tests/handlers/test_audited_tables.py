"""The audit trail says who shared or exported tables, and nothing of what they say."""

from collections.abc import Awaitable, Callable

import pytest

from bot.context import Context
from bot.conversation import Person, Reply, Request
from bot.domain.people import Role
from bot.domain.teams.audit_entry import AuditAction
from bot.errors import NotTheirTeamError
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER
from tests.doubles import FakeClock
from tests.sample_team import (
    ADMIN,
    DIRECTOR,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_text,
)

Send = Callable[[Person, Context], Awaitable[Reply]]


async def run_export(person: Person, context: Context) -> Reply:
    """Type the command that shows all tables as text."""
    return await COMMANDS["debriefs"].handle_request(build_request(person, "export"), context)


async def press_export(person: Person, context: Context) -> Reply:
    """Press the button that does so."""
    return await BUTTONS["debriefs.export"](build_request(person, data=TEAM.id), context)


def build_share(person: Person, idempotency_key: str) -> Request:
    """Build the submission of the preview of a shared question."""
    data = f"{TEAM.id}:question:2026-06-29:"
    return build_request(person, data=data, answers={}, idempotency_key=idempotency_key)


async def list_acts(context: Context) -> list[tuple[str, str, AuditAction, str, str]]:
    """Return every entry: the team, who, what, and all that it says besides."""
    entries = await context.store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries()
    )
    return [
        (entry.team_id, entry.actor_id, entry.action, entry.subject_id, entry.detail)
        for entry in entries
    ]


@pytest.mark.parametrize("send", [run_export, press_export])
@pytest.mark.parametrize("person", [SUPERVISOR, DIRECTOR])
async def test_an_export_is_recorded_once_a_day(
    agreed_context: Context, clock: FakeClock, send: Send, person: Person
) -> None:
    """Who had the tables shown as text is recorded on each day of it, without the tables."""
    export = (TEAM.id, person.id, AuditAction.EXPORTED, "", "")
    await send(person, agreed_context)
    await send(person, agreed_context)
    assert await list_acts(agreed_context) == [export]

    clock.advance(days=1)
    await send(person, agreed_context)

    assert await list_acts(agreed_context) == [export, export]
    home = reply_text(await HOME_HANDLER(build_request(person), agreed_context))
    assert "had its tables shown as text" in home


@pytest.mark.parametrize("send", [run_export, press_export])
@pytest.mark.parametrize("person", [MARIE, ADMIN, STRANGER])
async def test_a_refused_export_is_not_recorded(
    agreed_context: Context, send: Send, person: Person
) -> None:
    """Somebody who may not export anything leaves no entry."""
    with pytest.raises(NotTheirTeamError):
        await send(person, agreed_context)

    assert await list_acts(agreed_context) == []


async def test_an_export_before_the_agreement_is_not_recorded(agreed_context: Context) -> None:
    """A reader who is first shown the agreement has been shown no table."""
    await agreed_context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, (STRANGER,))
    )
    await run_export(STRANGER, agreed_context)

    assert await list_acts(agreed_context) == []


async def test_a_share_is_recorded_once_for_every_retry(agreed_context: Context) -> None:
    """Each post has one entry, however often a product repeats the request."""
    for idempotency_key in ("act 1", "act 1", "act 2"):
        await FORMS["share"](build_share(SUPERVISOR, idempotency_key), agreed_context)

    share = (TEAM.id, SUPERVISOR.id, AuditAction.SHARED, "", "")
    assert await list_acts(agreed_context) == [share, share]


async def test_a_refused_share_is_not_recorded(agreed_context: Context) -> None:
    """A director shares nothing, and leaves no entry."""
    with pytest.raises(NotTheirTeamError):
        await FORMS["share"](build_share(DIRECTOR, "act 1"), agreed_context)

    assert await list_acts(agreed_context) == []
