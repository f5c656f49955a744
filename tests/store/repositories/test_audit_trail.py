"""The audit trail lists what changed, for as long as it is retained, and names nobody erased."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.conversation import Person
from bot.domain.teams.audit_entry import ERASED_ID, OPERATOR_ID, AuditAction, AuditEntry
from bot.store.store import Store

NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)
CHANGE = AuditEntry(
    "slack:T1", "team1", "Monday team", NOW, "UADMIN", AuditAction.CHANGED, detail="day,time"
)
NAMING = replace(
    CHANGE, at=NOW + timedelta(hours=1), action=AuditAction.NAMED, subject_id="USUPER", detail=""
)
ELSEWHERE = AuditEntry(
    "slack:T2", "team2", "Friday team", NOW, OPERATOR_ID, AuditAction.MOVED, detail="C1 C2"
)


async def record_samples(store: Store) -> None:
    """Record two entries of one team, and one of another workspace's team."""
    await store.across_workspaces.write(
        lambda repos: repos.audit_trail.record([CHANGE, NAMING, ELSEWHERE])
    )


async def list_entries(
    store: Store, *, workspace: str = "", team_ids: tuple[str, ...] | None = None, limit: int = 9
) -> list[AuditEntry]:
    """Return stored entries."""
    return list(
        await store.across_workspaces.read(
            lambda repos: repos.audit_trail.list_entries(
                workspace=workspace, team_ids=team_ids, limit=limit
            )
        )
    )


async def test_a_workspace_has_its_entries_newest_first(store: Store) -> None:
    """Every field is stored, and entries of another workspace are left out."""
    await record_samples(store)

    assert await list_entries(store, workspace="slack:T1") == [NAMING, CHANGE]


async def test_a_team_has_its_own_entries(store: Store) -> None:
    """Entries are selected by team, and no team at all has none."""
    await record_samples(store)

    assert await list_entries(store, team_ids=("team2",)) == [ELSEWHERE]
    assert await list_entries(store, team_ids=()) == []


async def test_the_oldest_entries_exceed_the_limit(store: Store) -> None:
    """With a limit the newest entries are returned."""
    await record_samples(store)

    assert await list_entries(store, limit=1) == [NAMING]


async def test_expired_entries_are_deleted(store: Store) -> None:
    """An entry of the limit's own second stays."""
    await record_samples(store)

    count = await store.across_workspaces.write(
        lambda repos: repos.audit_trail.delete_before(NAMING.at)
    )

    assert count == 2
    assert await list_entries(store) == [NAMING]


async def test_an_erased_person_is_named_nowhere(store: Store) -> None:
    """Their id is replaced as actor and subject, in their own workspace alone."""
    await record_samples(store)

    async def erase(workspace: str, person_id: str) -> int:
        return await store.across_workspaces.write(
            lambda repos: repos.named_persons.erase(Person(workspace, person_id))
        )

    async def names_person(person_id: str) -> bool:
        return await store.across_workspaces.read(
            lambda repos: repos.audit_trail.names_person(Person("slack:T1", person_id))
        )

    assert await names_person("UADMIN")
    assert await names_person("USUPER")
    counts = [await erase("slack:T2", "UADMIN"), await erase("slack:T1", "UADMIN")]
    counts.append(await erase("slack:T1", "USUPER"))
    assert not await names_person("UADMIN")
    assert not await names_person("USUPER")

    assert counts == [0, 2, 1]
    assert await list_entries(store, workspace="slack:T1") == [
        replace(NAMING, actor_id=ERASED_ID, subject_id=ERASED_ID),
        replace(CHANGE, actor_id=ERASED_ID),
    ]


async def test_an_act_of_every_day_is_recorded_once_a_day(store: Store) -> None:
    """A repeated act is an entry on its first time of a day, for each actor, team and action."""
    export = replace(CHANGE, action=AuditAction.EXPORTED, detail="")
    acts = [
        export,
        replace(export, at=NOW + timedelta(hours=10)),
        replace(export, at=NOW + timedelta(hours=11)),
        replace(export, actor_id="UOTHER"),
        replace(export, team_id="team3"),
        replace(export, action=AuditAction.SHARED),
    ]
    for act in acts:
        await store.across_workspaces.write(
            lambda repos, act=act: repos.audit_trail.record_daily(act)  # type: ignore[misc]  # bound
        )

    assert len(await list_entries(store)) == 5
