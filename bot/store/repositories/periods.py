"""Open periods: the terms each opened with, which teams feed it, and how it is published."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select

from bot.domain import calendar
from bot.domain.counts import pseudonyms, release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import BREAKDOWN, MIN_PRACTICE_SIZE, TOTAL, CountingTerms
from bot.domain.people import Team
from bot.store.repositories.teams import Teams
from bot.store.schema import feeds, periods, releases, teams
from bot.store.upsert import insert_missing_rows

_SALT_BYTES = 32


class MissingPepperError(Exception):
    """A period cannot be closed or counted in: the pepper it opened with is not configured."""


@dataclass(frozen=True)
class Period:
    """A span in which debriefs are counted, with the terms that hold until it closes.

    ``unit`` is a team or a pool of them; ``opens`` and ``closes`` are the local Mondays
    between which it lies; ``pepper`` is a fingerprint.
    """

    ledger: str
    unit: str
    opens: date
    closes: date
    size: int
    terms: CountingTerms
    question: str
    pepper: str
    salt: bytes


class Periods:
    """Which period a debrief belongs to, for each team and ledger."""

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Open the book on *connection*; new periods are keyed by the first of *peppers*."""
        self._connection = connection
        self._peppers = {pseudonyms.pepper_fingerprint(pepper): pepper for pepper in peppers}
        self._teams = Teams(connection)

    def get_or_open_period(self, team: Team, ledger: str, now: datetime) -> Period | None:
        """The open period that *team* feeds at *now*, opened if need be.

        ``None`` for a team that is too small and has no siblings to be counted with.
        """
        self.ensure_open_period(team, ledger, now)
        return self._find_open_period(team, ledger, now)

    def ensure_open_period(self, team: Team, ledger: str, now: datetime) -> bool:
        """Let *team* feed a period that holds *now*; whether anything had to be done.

        Size, span, cap, question and salt are fixed here, and hold until it closes.
        """
        if self._find_open_period(team, ledger, now):
            return False
        together = self._select_unit_teams(team, ledger, now)
        if not together:
            return False
        unit = _unit_name(team, together)
        period = self._fetch_periods(
            periods.c.unit == unit, periods.c.ledger == ledger, _is_open(now)
        )
        closes = period[0].closes if period else self._open_period(unit, together, ledger, now)
        feed = {"ledger": ledger, "team": team.id, "closes": closes, "unit": unit}
        return insert_missing_rows(self._connection, feeds, [feed]) == 1

    def units_by_feed(self, now: datetime) -> dict[tuple[str, str], str]:
        """Which unit each team feeds at *now*, by team and ledger."""
        asked = select(feeds).where(_FEEDS_PERIOD, _is_open(now))
        return {(row.team, row.ledger): row.unit for row in self._connection.execute(asked)}

    def list_open_in_workspace(self, workspace: str, now: datetime) -> list[Period]:
        """Every open period that a team of *workspace* feeds."""
        here = (feeds.c.team == teams.c.id) & (teams.c.workspace == workspace)
        return self._fetch_periods(
            select(feeds.c.team).where(_FEEDS_PERIOD, here).exists(), _is_open(now)
        )

    def list_periods(self) -> list[Period]:
        """Every period that is not closed yet."""
        return self._fetch_periods()

    def list_ended_periods(self, now: datetime) -> list[Period]:
        """Every period that has ended by *now* and is not closed yet."""
        return self._fetch_periods(periods.c.closes_at <= int(now.timestamp()))

    def publish_table(self, period: Period, token_codes: list[tuple[bytes, str]]) -> None:
        """Put the table of *period* up for good, from what was *filed*: (token, code) each."""
        key = pseudonyms.derive_noise_key(self.get_pepper(period), period.salt, token_codes)
        table: release_rule.ReleasedTable
        if period.ledger == TOTAL:
            table = release_rule.release_total(token_codes, period.terms, NoiseGenerator(key))
        else:
            table = release_rule.release_breakdown(
                token_codes, period.question, period.terms, NoiseGenerator(key)
            )
        row = {
            "ledger": period.ledger,
            "unit": period.unit,
            "closes": period.closes,
            "opens": period.opens,
            "cap": period.terms.cap,
            "question": period.question,
            "body": table.json_body,
        }
        insert_missing_rows(self._connection, releases, [row])

    def destroy_period(self, period: Period) -> None:
        """Let the salt and the terms of a closed *period* go."""
        for table in (feeds, periods):
            self._connection.execute(
                delete(table).where(
                    table.c.ledger == period.ledger,
                    table.c.unit == period.unit,
                    table.c.closes == period.closes,
                )
            )

    def is_locked(self, period: Period) -> bool:
        """Whether the pepper that *period* opened with is no longer configured."""
        return period.pepper not in self._peppers

    def get_pepper(self, period: Period) -> bytes:
        """The pepper that *period* opened with; :class:`MissingPepperError` without it."""
        if self.is_locked(period):
            raise MissingPepperError
        return self._peppers[period.pepper]

    def next_close(self, after: int) -> int | None:
        """The Unix time at which the next period ends, later than *after*."""
        soonest = select(func.min(periods.c.closes_at)).where(periods.c.closes_at > after)
        found: int | None = self._connection.scalar(soonest)
        return found

    def next_close_of_team(self, team_id: str) -> date | None:
        """The Monday before which the first of the periods that the team feeds closes."""
        newest = select(func.max(feeds.c.closes)).where(feeds.c.team == team_id)
        found = self._connection.scalars(newest.group_by(feeds.c.ledger))
        return min(found, default=None)

    def _find_open_period(self, team: Team, ledger: str, now: datetime) -> Period | None:
        here = (feeds.c.team == team.id) & (feeds.c.ledger == ledger)
        fed = select(feeds.c.team).where(_FEEDS_PERIOD, here).exists()
        return next(iter(self._fetch_periods(fed, _is_open(now))), None)

    def _select_unit_teams(self, team: Team, ledger: str, now: datetime) -> tuple[Team, ...]:
        """The teams that *team* is counted with, itself included; none when too few.

        A sibling whose own period is open finishes that first: nobody is in two units, and
        no unit is smaller than it says.
        """
        fed, pool = self.units_by_feed(now), _practice_unit_name(team)
        free = {
            one.id: one
            for one in self._teams.list_practice_teams(team)
            if fed.get((one.id, ledger), pool) == pool
        }
        sizes = {one: self._teams.count_declared(one) for one in free}
        if ledger == BREAKDOWN and team.practice and sum(sizes.values()) >= MIN_PRACTICE_SIZE:
            return tuple(free.values())
        return tuple(free[one] for one in release_rule.pool_teams(sizes).get(team.id, ()))

    def _open_period(
        self, unit: str, unit_teams: tuple[Team, ...], ledger: str, now: datetime
    ) -> date:
        first = min(unit_teams, key=lambda team: team.id)
        zone = ZoneInfo(first.zone)
        size = sum(self._teams.count_declared(team.id) for team in unit_teams)
        agreed = release_rule.select_terms(ledger, size)
        day = max(calendar.local_day(now, zone), self._last_close(unit, ledger))
        opens, closes = calendar.period_bounds(day, agreed.weeks)
        row = {
            "ledger": ledger,
            "unit": unit,
            "closes": closes,
            "opens": max(opens, calendar.monday_of(day)),
            "closes_at": int(calendar.local_to_utc(closes, time(0), zone).timestamp()),
            "size": size,
            "weeks": agreed.weeks,
            "cap": agreed.cap,
            "epsilon": str(agreed.epsilon),
            "question": first.question if ledger == BREAKDOWN else "",
            "pepper": next(iter(self._peppers)),
            "salt": secrets.token_bytes(_SALT_BYTES),
        }
        insert_missing_rows(self._connection, periods, [row])
        return closes

    def _last_close(self, unit: str, ledger: str) -> date:
        """Up to when *unit* was told, or will be when what has ended is closed."""
        # A clock that is late, or a team that moved west, must not open that period again.
        newest = (
            select(func.max(table.c.closes)).where(table.c.unit == unit, table.c.ledger == ledger)
            for table in (periods, releases)
        )
        told = (self._connection.scalar(asked) for asked in newest)
        return max((closes for closes in told if closes), default=date.min)

    def _fetch_periods(self, *where: ColumnElement[bool]) -> list[Period]:
        asked = select(periods).where(*where).order_by(periods.c.closes, periods.c.unit)
        return [_parse_period_row(row) for row in self._connection.execute(asked)]


_FEEDS_PERIOD = (
    (feeds.c.ledger == periods.c.ledger)
    & (feeds.c.unit == periods.c.unit)
    & (feeds.c.closes == periods.c.closes)
)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return periods.c.closes_at > int(now.timestamp())


def _unit_name(team: Team, unit_teams: tuple[Team, ...]) -> str:
    """Name the unit: one team, or the practice's pool."""
    return f"team:{team.id}" if unit_teams == (team,) else _practice_unit_name(team)


def _practice_unit_name(team: Team) -> str:
    return f"practice:{team.workspace}/{team.practice}"


def _parse_period_row(row: Row[Any]) -> Period:
    return Period(
        ledger=row.ledger,
        unit=row.unit,
        opens=row.opens,
        closes=row.closes,
        size=row.size,
        terms=CountingTerms(row.weeks, row.cap, Fraction(row.epsilon)),
        question=row.question,
        pepper=row.pepper,
        salt=bytes(row.salt),
    )
