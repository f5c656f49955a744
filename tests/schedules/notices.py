"""Common steps of the tests of the notices that a period has closed."""

from datetime import UTC, datetime

from bot.context import Context
from bot.conversation import Person
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role, Team
from schedules import close_notice, close_periods
from tests.sample_team import (
    SUPERVISOR,
    build_person,
)

TEAM_HOUR = datetime(2026, 7, 6, 13, 0, tzinfo=UTC)
"""Nine on that Monday: the team's check-in time."""

FILING = {"form": ("away",), "status": ("touched",)}
SUPERVISORS = tuple(build_person(f"super{number}") for number in range(3))
FRIDAY_CLINICIANS = tuple(build_person(f"friday{number}") for number in range(9))


async def run_tick(context: Context) -> int:
    """Close what has ended, and plan the notices that are due; return how many were planned."""
    await close_periods.run(context)
    return await close_notice.run(context)


async def grant_role(context: Context, team: Team, role: Role, *persons: Person) -> None:
    """Replace the holders of *role* in *team* by *persons*."""
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(team.id, role, persons)
    )


async def save_preference(
    context: Context, preference: NoticePreference, person: Person = SUPERVISOR
) -> None:
    """Save a choice of *person*."""
    await context.store.across_workspaces.write(
        lambda repos: repos.close_notices.save_preference(person, preference)
    )


async def count_notices(context: Context) -> dict[tuple[str, str], int]:
    """Count the notices in the store by state and reason."""
    rows = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    return {
        (row.state.value, row.reason): row.count
        for row in rows
        if row.kind == DeliveryKind.CLOSE_NOTICE
    }
