"""The set-up before a change is stored until the next entry of the audit trail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import Person
from bot.domain.teams import setup_changes
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.domain.teams.setup_undo import PreviousSetup
from bot.store.store import Store
from tests.sample_team import TEAM

NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)
PREVIOUS = PreviousSetup("U9", NOW, setup_changes.describe_setup(TEAM, ("U1",), ("U9",)))
ENTRY = AuditEntry(TEAM.workspace, TEAM.id, TEAM.name, NOW, "U9", AuditAction.CHANGED)


async def test_a_previous_set_up_is_found_until_something_changes(store: Store) -> None:
    """It is found by team and by person, and an entry of another team leaves it."""
    scope = store.across_workspaces
    await scope.write(lambda repos: repos.previous_setups.save(TEAM.id, TEAM.workspace, PREVIOUS))
    await scope.write(
        lambda repos: repos.audit_trail.record(
            [AuditEntry("slack:T2", "other", "Other", NOW, "U1", AuditAction.CHANGED)]
        )
    )

    setter = Person(TEAM.workspace, "U9")
    assert await scope.read(lambda repos: repos.previous_setups.find(TEAM.id)) == PREVIOUS
    assert await scope.read(lambda repos: repos.previous_setups.list_by_setter(setter)) == {
        TEAM.id: PREVIOUS
    }
    await scope.write(lambda repos: repos.audit_trail.record([ENTRY]))
    assert await scope.read(lambda repos: repos.previous_setups.find(TEAM.id)) is None


@pytest.mark.parametrize("action", AuditAction)
async def test_use_of_tables_leaves_the_previous_set_up(store: Store, action: AuditAction) -> None:
    """A share or an export changes no set-up: the change before it can still be undone."""
    scope = store.across_workspaces
    await scope.write(lambda repos: repos.previous_setups.save(TEAM.id, TEAM.workspace, PREVIOUS))
    await scope.write(lambda repos: repos.audit_trail.record([replace(ENTRY, action=action)]))

    stored = await scope.read(lambda repos: repos.previous_setups.find(TEAM.id))
    assert (stored is not None) == (action in {AuditAction.SHARED, AuditAction.EXPORTED})


async def test_a_previous_set_up_expires(store: Store) -> None:
    """Rows of before the given instant are deleted."""
    scope = store.across_workspaces
    await scope.write(lambda repos: repos.previous_setups.save(TEAM.id, TEAM.workspace, PREVIOUS))

    counts = [
        await scope.write(lambda repos: repos.previous_setups.delete_before(NOW)),
        await scope.write(
            lambda repos: repos.previous_setups.delete_before(NOW + timedelta(seconds=1))
        ),
    ]

    assert counts == [0, 1]
