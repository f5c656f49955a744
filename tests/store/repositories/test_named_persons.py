"""Records of changes name nobody who was erased."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.teams import setup_changes
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.domain.teams.setup_submission import SetupSubmission
from bot.domain.teams.setup_undo import PreviousSetup
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.schema import metadata
from bot.store.store import Store
from tests.sample_team import TEAM

NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)
LEAVER = Person(TEAM.workspace, "ULEAVER")
NAMESAKE = "ULEAVERS"
ENTRY = AuditEntry(
    TEAM.workspace, TEAM.id, TEAM.name, NOW, LEAVER.id, AuditAction.NAMED, subject_id=LEAVER.id
)
DETAILS = {
    DeliveryKind.INTRODUCTION: f"{LEAVER.id} fr-CA",
    DeliveryKind.SUPERVISOR_ASSIGNMENT: f"UADMIN UOTHER {LEAVER.id}",
    DeliveryKind.SHARE: f"{LEAVER.id} plan:50:2026-09-01",
}


def plan_posts(repos: Repositories) -> None:
    """Plan a post of each kind that names the leaver, and one that names somebody else."""
    details = [*DETAILS.items(), (DeliveryKind.SHARE, f"{NAMESAKE} plan:50:2026-09-01")]
    deadline = NOW + timedelta(days=7)
    repos.deliveries.plan_deliveries(
        PlannedDelivery(
            TEAM.workspace, kind, "", TEAM.channel, f"slot{number}", NOW, deadline, detail
        )
        for number, (kind, detail) in enumerate(details)
    )


def save_copy(repos: Repositories, *, setter: str, clinicians: tuple[str, ...]) -> None:
    """Store an undo copy of a change by *setter*."""
    setup = setup_changes.describe_setup(TEAM, clinicians, ("UOTHER",))
    repos.previous_setups.save(TEAM.id, TEAM.workspace, PreviousSetup(setter, NOW, setup))


@pytest.mark.parametrize(
    ("setter", "clinicians"),
    [(LEAVER.id, ("U1",)), ("UOTHER", ("U1", LEAVER.id))],
    ids=["who-changed-it", "who-was-listed"],
)
async def test_a_dump_has_nothing_of_an_erased_person(
    store: Store, setter: str, clinicians: tuple[str, ...]
) -> None:
    """Their id is in no entry, undo copy or post; each is counted, and other ids stay."""

    def record(repos: Repositories) -> None:
        repos.audit_trail.record([ENTRY, replace(ENTRY, actor_id=NAMESAKE, subject_id="")])
        save_copy(repos, setter=setter, clinicians=clinicians)
        plan_posts(repos)

    scope = store.across_workspaces
    await scope.write(record)
    assert (await read_dump(store)).count(f"{LEAVER.id}S") == 2

    elsewhere = await scope.write(
        lambda repos: repos.named_persons.erase(replace(LEAVER, workspace="slack:T2"))
    )
    count = await scope.write(lambda repos: repos.named_persons.erase(LEAVER))

    assert (elsewhere, count) == (0, 6)
    assert LEAVER.id not in (await read_dump(store)).replace(NAMESAKE, "")
    assert (await read_dump(store)).count(NAMESAKE) == 2


@pytest.mark.parametrize(
    "setup", [setup_changes.describe_setup(TEAM, ("U1",), ("UOTHER",)), None], ids=["edit", "new"]
)
async def test_the_undo_copy_of_others_stays(store: Store, setup: SetupSubmission | None) -> None:
    """A copy that does not name the person, or that of a new team, can still be undone."""
    previous, scope = PreviousSetup("UOTHER", NOW, setup), store.across_workspaces
    await scope.write(lambda repos: repos.previous_setups.save(TEAM.id, TEAM.workspace, previous))

    assert await scope.write(lambda repos: repos.named_persons.erase(LEAVER)) == 0
    assert await scope.read(lambda repos: repos.previous_setups.find(TEAM.id)) == previous


async def read_dump(store: Store) -> str:
    """Return every row of the database."""

    def read(repos: Repositories) -> str:
        queries = map(select, metadata.sorted_tables)
        rows = [row for query in queries for row in repos._connection.execute(query)]
        return "\n".join(map(str, rows))

    return await store.across_workspaces.read(read)
