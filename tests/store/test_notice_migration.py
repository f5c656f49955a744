"""The table of choices about notices is added to a database of any earlier release."""

import pytest
from sqlalchemy import Connection, text

from bot.conversation import Person
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.people import Role
from bot.store.repositories.close_notices import RoleGrant
from bot.store.row_security import begin_across_workspaces
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.test_sealing_migration import WORKSPACE, insert_rows, upgrade_to

EARLIER_REVISIONS = tuple(f"{number:04}" for number in range(1, 11))
ROSA = Person(WORKSPACE, "rosa")


def fetch_role_rows(connection: Connection) -> list[tuple[object, ...]]:
    """Return every row of the roles."""
    return [tuple(row) for row in connection.execute(text("SELECT * FROM role"))]


@pytest.mark.parametrize("revision", EARLIER_REVISIONS)
async def test_supervisors_of_an_earlier_release_have_made_no_choice(
    database: str, revision: str
) -> None:
    """Roles stay as they were, each with the default and without a row of choices."""
    store = open_test_store(database, PEPPERS)
    upgrade_to(store, revision)
    with begin_across_workspaces(store._engines.writer) as connection:
        role = {"team": "north", "role": "supervisor", "agreed": True}
        insert_rows(connection, "role", {"workspace": WORKSPACE, "person": ROSA.id, **role})
        before = fetch_role_rows(connection)

    store.migrate()

    with begin_across_workspaces(store._engines.writer) as connection:
        assert fetch_role_rows(connection) == before
    scope = store.across_workspaces
    assert await scope.read(lambda repos: repos.close_notices.list_grants()) == (
        RoleGrant(ROSA, "north", Role.SUPERVISOR, NoticePreference()),
    )
    assert await scope.read(lambda repos: repos.close_notices.get_preference(ROSA)) is None
    await store.close()
