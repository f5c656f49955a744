"""Erasures as actions of a process that is killed."""

from datetime import date, timedelta
from functools import partial

from bot.conversation import Address, Person, Request
from bot.domain.people import Role
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.store import removed_teams
from bot.store.removed_teams import TeamExpiry
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows.form_submission import submit_form
from bot.workflows.person_erasure import erase_departed_person, erase_present_person
from tests.schedules.crash_steps import run_duty, submit_debrief
from tests.store.sample_counts import NOW, WORKSPACE, build_clinicians, build_team, declare_team_job

NORTH = build_team("north")
MARIE, OMAR, *_ = build_clinicians("north", 9)
REMOVED_ON = date(2024, 6, 1)
CUTOFF = REMOVED_ON + timedelta(days=731)


def seed_person(repos: Repositories, person: Person) -> None:
    """Store rows beside the name of *person*, in the history and in a role."""
    repos.people.join_team(person, NORTH.id)
    repos.people.set_language(person, "fr-CA")
    repos.chat_routes.save_route(Address(person.workspace, person.id), "a route")
    repos.teams.set_role_holders(NORTH.id, Role.DIRECTOR, (person,))
    entry = AuditEntry(WORKSPACE, NORTH.id, "", NOW, person.id, AuditAction.CREATED)
    repos.audit_trail.record([entry])


async def seed_two_people(store: Store) -> None:
    """Set up a team, in which two people filed a debrief, and of one of whom much is stored."""
    store.migrate()
    await store.across_workspaces.write(declare_team_job(NORTH, 9))
    await run_duty(store, NOW)
    await store.across_workspaces.write(partial(seed_person, person=MARIE))
    for person in (MARIE, OMAR):
        await submit_debrief(store, person, NOW)


async def erase_present(store: Store) -> None:
    """Erase Marie by their own form, always the same request."""
    request = Request(MARIE, "erase", "only erasure")
    await store.across_workspaces.write(
        lambda repos: submit_form(
            repos, request, NOW, lambda form: erase_present_person(repos, form.contributor, NOW)
        )
    )


async def erase_departed(store: Store) -> None:
    """Erase Marie as somebody who has left."""
    await store.across_workspaces.write(lambda repos: erase_departed_person(repos, MARIE, NOW))


async def seed_removed_team(store: Store) -> None:
    """Set up two teams with records, one of which was removed long ago."""
    store.migrate()
    for name in ("north", "south"):
        await store.across_workspaces.write(declare_team_job(build_team(name), 9))
    await store.across_workspaces.write(
        lambda repos: repos.team_lifecycle.remove(NORTH, REMOVED_ON)
    )


async def end_removed_team(store: Store) -> None:
    """Destroy the key of the removed team, and delete its rows."""
    step = partial(removed_teams.delete_expired_teams, TeamExpiry(CUTOFF))
    await store.run_purge_step(step, WORKSPACE, NOW)
