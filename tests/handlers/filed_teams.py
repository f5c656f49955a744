"""Two teams in the first of which nearly everybody has joined and filed."""

from bot.context import Context
from bot.domain.people import Role
from bot.store.repositories import Repositories
from handlers import FORMS
from tests.sample_team import (
    CLINICIANS,
    MARIE,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    set_up_team,
)

CODES: FormAnswers = {"form": "away", "status": "touched"}
FRIDAY_CLINICIANS = tuple(build_person(f"friday{number}") for number in range(6))


async def file_for_clinicians(context: Context) -> None:
    """Save two teams; in the first all but one join, file, and leave two check-ins unanswered."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, FRIDAY_CLINICIANS)

    def join_clinicians(repos: Repositories) -> None:
        for person in CLINICIANS[:-1]:
            repos.people.join_team(person, TEAM.id)
            repos.people.set_unanswered_count(person, 2)
        repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, (MARIE,))
        for team in (TEAM, OTHER_TEAM):
            repos.teams.save_agreement(SUPERVISOR, team.id)

    await context.store.across_workspaces.write(join_clinicians)
    for number, person in enumerate(CLINICIANS):
        request = build_request(person, answers=CODES, idempotency_key=f"before {number}")
        await FORMS["debrief"](request, context)
