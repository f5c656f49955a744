"""Every handler, requested by people of one workspace with the ids of another."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Person, Profile, Request
from bot.errors import BotError, StoreBusyError
from bot.store.repositories import Repositories
from bot.store.schema import metadata
from tests.database_files import copy_empty_database
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
from tests.handlers.filed_teams import CODES
from tests.handlers.setup_forms import resolve_reply
from tests.handlers.test_handler_writes import (
    HANDLERS,
    QUEUEING_REQUESTS,
    READING_REQUESTS,
    WRITING_REQUESTS,
)
from tests.key_folders import open_test_store
from tests.sample_team import (
    CLINICIANS,
    MARIE,
    SUPERVISOR,
    TEAM,
    WORKSPACE,
    build_request,
    set_up_team,
)
from tests.store.conftest import DATABASE_PARAMS

pytestmark = pytest.mark.no_cover

OTHER_WORKSPACE = "slack:T0OTHER"
SECRET_NAME = "Canary team"
TENANT_TEAM = replace(TEAM, name=SECRET_NAME)
OWN_TEAM = replace(TEAM, id="own", workspace=OTHER_WORKSPACE, name="Own team")
"""The requester's team; its channel has the id of the other workspace's channel."""

REQUESTS = {
    name: {**WRITING_REQUESTS, **READING_REQUESTS, **QUEUEING_REQUESTS}.get(
        name,
        build_request(MARIE, name.partition(" ")[2] if name.startswith("/") else "", data=TEAM.id),
    )
    for name in HANDLERS
}
"""A request for every handler, with the ids of the team that is not the requester's."""

TenantRows = dict[str, frozenset[tuple[object, ...]]]


def move_to_other(person: Person) -> Person:
    """Return the account of the other workspace with the same id, as two workspaces may have it."""
    return Person(OTHER_WORKSPACE, person.id)


REQUESTERS: Mapping[str, Callable[[Person], Person]] = {
    "the same ids": move_to_other,
    "supervisor": lambda _: move_to_other(SUPERVISOR),
    "admin": lambda _: Person(OTHER_WORKSPACE, "U0ADMINELSEWHERE"),
    "nobody": lambda _: Person("slack:T0NOTEAM", MARIE.id),
}


@pytest.fixture(params=DATABASE_PARAMS)
async def two_tenants(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    full_catalogue: Catalogue,
    clock: FakeClock,
    outlet: RecordingOutlet,
) -> AsyncIterator[Context]:
    """Two workspaces with a team each, whose people have the same ids and filed."""
    if request.param == "sqlite":
        copy_empty_database(tmp_path)
        url = f"sqlite:///{tmp_path / 'attune.sqlite'}"
    else:
        url = str(request.getfixturevalue("migrated_postgres_url"))
    context = Context(open_test_store(url, PEPPERS), full_catalogue, clock, {"slack": outlet})
    outlet.profiles[Person(OTHER_WORKSPACE, "U0ADMINELSEWHERE")] = Profile(is_admin=True)
    await seed_tenant(context, WORKSPACE)
    await seed_tenant(context, OTHER_WORKSPACE)
    yield context
    await context.store.close()


async def seed_tenant(context: Context, workspace: str) -> None:
    """Set up the team of *workspace*; all but one of its clinicians join and file."""
    team = TENANT_TEAM if workspace == WORKSPACE else OWN_TEAM
    people = tuple(Person(workspace, person.id) for person in CLINICIANS)
    supervisor = Person(workspace, SUPERVISOR.id)
    await set_up_team(context, team, people, (supervisor,))

    def join_clinicians(repos: Repositories) -> None:
        for person in people[:-1]:
            repos.people.join_team(person, team.id)
            repos.people.set_unanswered_count(person, 2)
        repos.teams.save_agreement(supervisor, team.id)

    await context.store.across_workspaces.write(join_clinicians)
    for number, person in enumerate(people):
        request = build_request(person, answers=CODES, idempotency_key=f"{workspace} {number}")
        await HANDLERS["form debrief"](request, context)


async def read_tenant_rows(context: Context) -> TenantRows:
    """Return the rows of the workspace that is not the requester's, by table."""

    def read(repos: Repositories) -> TenantRows:
        return {
            name: frozenset(
                tuple(row)
                for row in repos._connection.execute(table.select())
                if {WORKSPACE, TEAM.id, f"team:{TEAM.id}"} & {*map(str, row)}
            )
            for name, table in metadata.tables.items()
        }

    return await context.store.across_workspaces.read(read)


async def handle_request(name: str, request: Request, context: Context) -> object:
    """Return the reply of a handler, or the refusal that the middleware renders."""
    try:
        return await resolve_reply(await HANDLERS[name](request, context))
    except StoreBusyError:
        raise
    except BotError as refusal:
        return refusal


@pytest.mark.parametrize("requester", REQUESTERS)
async def test_no_handler_reads_or_writes_another_workspace(
    two_tenants: Context, outlet: RecordingOutlet, requester: str
) -> None:
    """No row of it changes, no reply has its team's name, and nothing is sent to it."""
    rows_before = await read_tenant_rows(two_tenants)
    assert {"team", "person", "roster", "role", "ledger_record"} <= {
        name for name, rows in rows_before.items() if rows
    }
    for number, (name, request) in enumerate(REQUESTS.items()):
        foreign = replace(
            request,
            person=REQUESTERS[requester](request.person),
            idempotency_key=f"foreign {number}",
        )
        reply = await handle_request(name, foreign, two_tenants)

        assert SECRET_NAME not in repr(reply), name
    assert await read_tenant_rows(two_tenants) == rows_before
    assert not [sent for sent in outlet.sent_messages if sent.address.workspace == WORKSPACE]


async def test_the_same_requests_change_rows_of_their_own_workspace(two_tenants: Context) -> None:
    """So that the refusal of others is none of a malformed request."""
    changing = {**WRITING_REQUESTS, **QUEUEING_REQUESTS}
    rows, unchanged = await read_tenant_rows(two_tenants), []
    for name, request in changing.items():
        await handle_request(name, replace(request, idempotency_key=name), two_tenants)
        rows_before, rows = rows, await read_tenant_rows(two_tenants)
        if rows == rows_before:
            unchanged.append(name)

    assert len(unchanged) < len(changing) / 2
