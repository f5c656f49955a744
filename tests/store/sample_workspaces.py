"""Two workspaces with a row in every table, so that a purge of one is seen in each of them.

Every id and name of a workspace contains its word, so that a row that mentions it is recognized.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import insert, select

from bot.conversation import Address, Person
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role, Team
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.schema import metadata, previous_setups
from bot.store.store import Store
from bot.store.workspace_rows import TABLES_WITHOUT_WORKSPACE
from bot.workflows.workspace_purge import complete_purge
from tests.store.sample_counts import (
    AFTER_MONTH,
    AFTER_QUARTER,
    NOW,
    build_team,
    close_due_periods,
    file_debrief_job,
)

GONE, STAYING = "gone", "staying"
"""The words of the two workspaces."""

CLOSED_AT = AFTER_QUARTER
"""When the seeded store has published tables; its next periods are open."""

TeamRows = dict[str, list[tuple[object, ...]]]
"""Rows by table, sorted."""


def workspace_key(word: str) -> str:
    """Return the key of the workspace of *word*."""
    return f"slack:T0{word.upper()}"


def build_own_team(word: str, name: str = "north", practice: str = "") -> Team:
    """Build a team of the workspace of *word*."""
    team = build_team(f"{word}-{name}", practice=practice)
    return replace(team, workspace=workspace_key(word))


def build_teams(word: str) -> tuple[Team, ...]:
    """Build a team of its own, and two teams of a practice, which are counted together."""
    practice = f"{word} practice"
    return (
        build_own_team(word),
        build_own_team(word, "east", practice),
        build_own_team(word, "west", practice),
    )


def build_members(word: str, team: Team) -> tuple[Person, ...]:
    """Build nine clinicians of *team*."""
    return tuple(Person(workspace_key(word), f"U0{team.id}{number}") for number in range(9))


def build_supervisor(word: str) -> Person:
    """Build the supervisor of every team."""
    return Person(workspace_key(word), f"U0{word}super")


async def seed_workspace(store: Store, word: str) -> None:
    """Set up the teams of *word*, file debriefs, close the periods, and fill every table."""
    await seed_team(store, word, *build_teams(word))


async def seed_team(store: Store, word: str, *teams: Team) -> None:
    """Do so with *teams* alone."""
    scope = store.across_workspaces
    for team in teams:
        await scope.write(partial(_set_up_team, word=word, team=team))
    await scope.write(lambda repos: repos.ledger.open_missing_periods(NOW))
    for team in teams:
        for person in build_members(word, team):
            await scope.write(file_debrief_job(person))
    for moment in (AFTER_MONTH, AFTER_QUARTER):
        await close_due_periods(store, moment)
    await scope.write(lambda repos: repos.ledger.open_missing_periods(CLOSED_AT))
    await scope.write(partial(_fill_tables, word=word, team=teams[0]))


async def fetch_rows_by_table(store: Store, *, mentioning: str = "") -> TeamRows:
    """Return the rows of every table that mention the word, or all; but those of the deployment."""

    def fetch(repos: Repositories) -> TeamRows:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in repos._connection.execute(select(table))
                    if mentions(row, mentioning)
                ),
                key=repr,
            )
            for table in metadata.sorted_tables
        }

    return await store.across_workspaces.read(fetch)


def mentions(row: object, word: str) -> bool:
    """Return whether any value of *row* contains *word*, in upper or lower case."""
    return word in repr(tuple(row)).lower()  # type: ignore[arg-type]  # a row of any table


async def fetch_other_rows(store: Store, word: str) -> TeamRows:
    """Return the rows that do not mention *word*, of the tables of workspaces."""
    rows_by_table = await fetch_rows_by_table(store)
    return {
        name: [row for row in rows if not mentions(row, word)]
        for name, rows in rows_by_table.items()
        if name not in TABLES_WITHOUT_WORKSPACE
    }


async def begin_purge(store: Store, word: str) -> None:
    """Begin the purge of the workspace of *word*."""
    await store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin(workspace_key(word), CLOSED_AT)
    )


async def purge(store: Store, workspace: str) -> None:
    """Delete everything of a workspace or organisation, its keys first."""
    await store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin(workspace, CLOSED_AT)
    )
    assert await complete_purge(store, workspace, CLOSED_AT)


def _set_up_team(repos: Repositories, word: str, team: Team) -> None:
    repos.teams.save(team)
    repos.teams.declare_clinicians(team.id, build_members(word, team))
    repos.teams.set_role_holders(team.id, Role.SUPERVISOR, [build_supervisor(word)])
    for person in build_members(word, team)[:2]:
        repos.people.join_team(person, team.id)


def _fill_tables(repos: Repositories, word: str, team: Team) -> None:
    key, (marie, *_), supervisor = (
        workspace_key(word),
        build_members(word, team),
        build_supervisor(word),
    )
    repos.workspaces.set_rest(key, CLOSED_AT)
    repos.installations.save(key, {"token": f"xoxb-{word}"})
    repos.installations.link_workspaces(key, [f"{key}LINKED", f"{key}ENDED"])
    repos.installations.end_link(key, f"{key}ENDED")
    repos.chat_routes.save_route(Address(key, marie.id), f"a route to {word}")
    repos.chat_routes.save_route(Address(key, channel=team.channel), f"a route to {word}")
    repos.close_notices.save_preference(supervisor, NoticePreference(is_stopped=True))
    links = repos.linked_accounts.list_links()
    groups = [(main, account) for account, main in links.items()]
    second = Person(key, f"U0{word}second")
    repos.linked_accounts.set_links([*groups, (marie, second)])
    repos.audit_trail.record(
        [AuditEntry(key, team.id, team.name, NOW, supervisor.id, AuditAction.CHANGED)]
    )
    row = {"team": team.id, "workspace": key, "person": supervisor.id, "at": 0, "body": "null"}
    repos._connection.execute(insert(previous_setups), row)
    due = CLOSED_AT + timedelta(hours=1)
    repos.deliveries.plan_deliveries(
        PlannedDelivery(key, DeliveryKind.CHECKIN, marie.id, "", f"week {number}", due, due, "")
        for number in range(12)
    )
