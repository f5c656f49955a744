"""Load who is notified of closed periods, when, and about which teams; only reads."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.conversation import Person
from bot.domain.counts import close_schedule
from bot.domain.counts.close_schedule import NoticePlan, NoticePreference, PeriodClose
from bot.domain.people import Role, Team, resolve_roles
from bot.store.repositories import Repositories
from bot.store.repositories.close_notices import RoleGrant
from bot.workflows.personal_data import load_teams_and_roles

LOOKBACK = timedelta(days=30)
"""Maximum time between a closing day and its notice, with a lost key, a move and holidays.

It is shorter than the retention of delivery rows, whose unique key is a notice's idempotency key.
"""

_PeriodClosesByTeam = Mapping[str, tuple[PeriodClose, ...]]


@dataclass(frozen=True)
class NoticeRecipient:
    """A supervisor or director: their teams by id, roles by team id, and choice of day and time."""

    person: Person
    teams: Mapping[str, Team]
    roles: Mapping[str, frozenset[Role]]
    preference: NoticePreference

    def plan_notices(self, closings: _PeriodClosesByTeam) -> Iterator[NoticePlan]:
        """Yield a plan for each closing day of the teams, sorted; none if the person opted out."""
        by_day: defaultdict[date, list[PeriodClose]] = defaultdict(list)
        for team_id in () if self.preference.is_stopped else self.teams:
            for closing in closings.get(team_id, ()):
                by_day[closing.closes].append(closing)
        for day in sorted(by_day):
            yield close_schedule.plan_notice(by_day[day], self.teams, self.preference)


def load_period_closes(repos: Repositories, now: datetime) -> _PeriodClosesByTeam:
    """Load the open periods, and those closed within :data:`LOOKBACK`, as a dict by team id."""
    closings: defaultdict[str, list[PeriodClose]] = defaultdict(list)
    for closing in repos.close_notices.list_period_closes((now - LOOKBACK).date()):
        closings[closing.team_id].append(closing)
    return {team_id: tuple(of_team) for team_id, of_team in closings.items()}


def load_recipients(repos: Repositories) -> tuple[NoticeRecipient, ...]:
    """Load every supervisor and director who is not marked as unreachable, sorted by person.

    Two queries, however many people and teams there are.
    """
    practices: defaultdict[tuple[str, str], list[Team]] = defaultdict(list)
    teams = {team.id: team for team in repos.teams.list_teams_ever()}
    for team in teams.values():
        practices[team.workspace, team.practice or team.id].append(team)
    return tuple(
        _build_recipient(tuple(grants), teams, practices)
        for _, grants in groupby(repos.close_notices.list_grants(), lambda grant: grant.person)
    )


def load_recipient(repos: Repositories, person: Person) -> NoticeRecipient:
    """Load one person with their present roles; the default choice if they made none."""
    teams, roles = load_teams_and_roles(repos, person)
    preference = repos.close_notices.get_preference(person) or NoticePreference()
    return NoticeRecipient(person, {team.id: team for team in teams}, roles, preference)


def _build_recipient(
    grants: tuple[RoleGrant, ...],
    teams: Mapping[str, Team],
    practices: Mapping[tuple[str, str], list[Team]],
) -> NoticeRecipient:
    candidates: dict[str, Team] = {}
    for grant in grants:
        if team := teams.get(grant.team_id):
            related = practices[team.workspace, team.practice or team.id]
            own = related if grant.role is Role.DIRECTOR else [team]
            candidates |= {candidate.id: candidate for candidate in own}
    roles = resolve_roles(
        [(grant.team_id, grant.role) for grant in grants], tuple(candidates.values())
    )
    return NoticeRecipient(grants[0].person, candidates, roles, grants[0].preference)
