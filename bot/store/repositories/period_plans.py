"""Compute the terms and the frozen list of a new period, without inserting it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache, partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, func, select

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.counts import exposure, membership, release_rule, unit_class
from bot.domain.counts.release_rule import BREAKDOWN, MIN_UNIT_SIZE
from bot.domain.counts.unit_class import UnitClass
from bot.domain.people import Team
from bot.store.period import Period
from bot.store.repositories.column_codecs import team_unit_key, to_unix_seconds
from bot.store.repositories.exposures import Exposures
from bot.store.repositories.period_members import ListedPerson, PeriodMembers
from bot.store.repositories.unit_classes import UnitClasses
from bot.store.schema import periods, releases


@dataclass(frozen=True)
class PeriodPlan:
    """A period to insert, with the people ``members`` for its frozen list.

    ``resumes_on`` is set if the yearly exposure limit leaves too few of them: then the period must
    not be inserted, and the unit's next one can be opened on that day.
    """

    period: Period
    members: tuple[Person, ...]
    unit_class: UnitClass
    resumes_on: date | None = None


class PeriodPlans:
    """Computes plans from rosters, unit classes and frozen lists, with SELECT statements."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection
        self._members = PeriodMembers(connection)
        self._exposures = Exposures(connection)
        self._classes = UnitClasses(connection)

    def plan_period(
        self, unit: str, unit_teams: tuple[Team, ...], ledger: str, now: datetime
    ) -> PeriodPlan:
        """Plan the next period of *unit*; people who would exceed the exposure limit are excluded.

        It begins on the Monday of the local day, or of the unit's last close if that is later.
        """
        lead_team = min(unit_teams, key=lambda team: team.id)
        zone = ZoneInfo(lead_team.zone)
        day = max(calendar.local_day(now, zone), self._last_close(unit, ledger))
        opens = calendar.monday_of(day)
        listed = self._list_people(unit, unit_teams, ledger, opens)
        current = self._classes.find(unit, ledger)
        fixed = unit_class.select_class(current, _count_declared(listed), opens)
        terms = release_rule.select_terms(ledger, fixed.size)
        closes = calendar.period_bounds(day, terms.weeks)[1]
        period = Period(
            workspace=lead_team.workspace,
            ledger=ledger,
            unit=unit,
            opens=opens,
            closes=closes,
            closes_at=to_unix_seconds(calendar.local_to_utc(closes, time(0), zone)),
            size=_count_declared(listed),
            terms=terms,
            question=lead_team.question if ledger == BREAKDOWN else "",
            additions_until=to_unix_seconds(membership.additions_end(day, zone)),
        )
        return self._select_members(period, listed, fixed)

    def save_class(self, plan: PeriodPlan) -> None:
        """Upsert the size class of the plan's unit, when its period is inserted."""
        self._classes.save(plan.period.unit, plan.period.ledger, plan.unit_class)

    def _list_people(
        self, unit: str, unit_teams: Sequence[Team], ledger: str, opens: date
    ) -> list[ListedPerson]:
        return [
            listed
            for team in unit_teams
            for listed in self._members.list_countable(
                team.id, ledger, opens, (unit, team_unit_key(team.id))
            )
        ]

    def _select_members(
        self, period: Period, listed: Sequence[ListedPerson], fixed: UnitClass
    ) -> PeriodPlan:
        """Return the plan with those of *listed* whose first allowed day is the opening day."""
        tables = self._exposures.load_memberships({person.person for person in listed}, period)
        find_day = cache(
            partial(
                exposure.find_next_allowed_day,
                ledger=period.ledger,
                terms=period.terms,
                day=period.opens,
            )
        )
        days = {person: find_day(tables[person.person]) for person in listed}
        allowed = [person for person, day in days.items() if day == period.opens]
        members = tuple(sorted({person.person for person in allowed}))
        size, resumes_on = _count_declared(allowed), None
        if size < MIN_UNIT_SIZE and len(allowed) < len(listed):
            resumes_on = exposure.find_unit_resume_day(
                day for person, day in days.items() if person.is_declared
            )
        return PeriodPlan(replace(period, size=size), members, fixed, resumes_on)

    def _last_close(self, unit: str, ledger: str) -> date:
        """Return the last closing day of *unit* in ``period`` and ``release``, or ``date.min``."""
        # With a clock that is behind, or a zone further west, that period would be inserted again.
        parameters = {"unit": unit, "ledger": ledger}
        closing_days = (self._connection.scalar(query, parameters) for query in _SELECT_LAST_CLOSES)
        return max(filter(None, closing_days), default=date.min)


_SELECT_LAST_CLOSES = tuple(
    select(func.max(table.c.closes)).where(
        table.c.unit == bindparam("unit"), table.c.ledger == bindparam("ledger")
    )
    for table in (periods, releases)
)


def _count_declared(listed: Sequence[ListedPerson]) -> int:
    return sum(person.is_declared for person in listed)
