"""Counting periods: their fixed terms, the teams that feed them, and their publication."""

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
from bot.store.repositories.column_codecs import practice_unit_key, team_unit_key
from bot.store.repositories.teams import Teams
from bot.store.schema import feeds, periods, releases, teams
from bot.store.upsert import insert_missing_rows

_SALT_BYTES = 32


class MissingPepperError(Exception):
    """A period can neither accept slips nor close: its pepper is not configured any more."""


@dataclass(frozen=True)
class Period:
    """An open span of weeks in which debriefs are counted, on terms fixed until it closes.

    ``unit`` is a team or a pool of teams; ``opens`` and ``closes`` are the local Mondays
    that bound it; of the pepper it has the fingerprint alone.
    """

    ledger: str
    unit: str
    opens: date
    closes: date
    size: int
    terms: CountingTerms
    question: str
    pepper_fingerprint: str
    salt: bytes


class Periods:
    """Repository of open periods, by unit and ledger, and of the teams that feed them."""

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Use the transaction of *connection*; the first of *peppers* keys new periods."""
        self._connection = connection
        self._peppers = {pseudonyms.pepper_fingerprint(pepper): pepper for pepper in peppers}
        self._teams = Teams(connection)

    def get_or_open_period(self, team: Team, ledger: str, now: datetime) -> Period | None:
        """Return the open period that *team* feeds at *now*, opening it if necessary.

        ``None`` for a team that is too small and has no siblings to be pooled with.
        """
        open_period = self._find_open_period(team, ledger, now)
        if open_period is None:
            self.ensure_open_period(team, ledger, now)
            open_period = self._find_open_period(team, ledger, now)
        return open_period

    def ensure_open_period(self, team: Team, ledger: str, now: datetime) -> bool:
        """Ensure that *team* feeds a period open at *now*; ``True`` when a feed was inserted.

        Size, span, cap, question and salt are fixed here until the period closes.
        """
        if self._find_open_period(team, ledger, now):
            return False
        unit_teams = self._select_unit_teams(team, ledger, now)
        if not unit_teams:
            return False
        unit = _unit_key(team, unit_teams)
        open_periods = self._fetch_periods(
            periods.c.unit == unit, periods.c.ledger == ledger, _is_open(now)
        )
        closes = (
            open_periods[0].closes
            if open_periods
            else self._open_period(unit, unit_teams, ledger, now)
        )
        feed = {"ledger": ledger, "team": team.id, "closes": closes, "unit": unit}
        return insert_missing_rows(self._connection, feeds, [feed]) == 1

    def units_by_team_and_ledger(self, now: datetime) -> dict[tuple[str, str], str]:
        """Return the unit that each (team id, ledger) feeds at *now*."""
        query = select(feeds).where(_FEEDS_PERIOD, _is_open(now))
        return {(row.team, row.ledger): row.unit for row in self._connection.execute(query)}

    def list_open_in_workspace(self, workspace: str, now: datetime) -> list[Period]:
        """Return every open period that a team of *workspace* feeds."""
        in_workspace = (feeds.c.team == teams.c.id) & (teams.c.workspace == workspace)
        return self._fetch_periods(
            select(feeds.c.team).where(_FEEDS_PERIOD, in_workspace).exists(), _is_open(now)
        )

    def list_periods(self) -> list[Period]:
        """Return every period that is not closed yet."""
        return self._fetch_periods()

    def list_ended_periods(self, now: datetime) -> list[Period]:
        """Return every period that has ended by *now* and is not closed yet."""
        return self._fetch_periods(periods.c.closes_at <= int(now.timestamp()))

    def publish_table(self, period: Period, token_codes: list[tuple[bytes, str]]) -> None:
        """Compute the table of *period* from its (token, code) pairs and insert it as a release."""
        noise_key = pseudonyms.derive_noise_key(self.get_pepper(period), period.salt, token_codes)
        table: release_rule.ReleasedTable
        if period.ledger == TOTAL:
            table = release_rule.release_total(token_codes, period.terms, NoiseGenerator(noise_key))
        else:
            table = release_rule.release_breakdown(
                token_codes, period.question, period.terms, NoiseGenerator(noise_key)
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
        """Delete the salt, the terms and the feeds of a closed *period*."""
        for table in (feeds, periods):
            self._connection.execute(
                delete(table).where(
                    table.c.ledger == period.ledger,
                    table.c.unit == period.unit,
                    table.c.closes == period.closes,
                )
            )

    def is_locked(self, period: Period) -> bool:
        """Whether the pepper that *period* opened with is not configured any more."""
        return period.pepper_fingerprint not in self._peppers

    def get_pepper(self, period: Period) -> bytes:
        """Return the pepper that *period* opened with, or raise :class:`MissingPepperError`."""
        if self.is_locked(period):
            raise MissingPepperError
        return self._peppers[period.pepper_fingerprint]

    def next_close_seconds(self, after_seconds: int) -> int | None:
        """Return the earliest Unix time later than *after_seconds* at which a period ends."""
        query = select(func.min(periods.c.closes_at)).where(periods.c.closes_at > after_seconds)
        closes_at: int | None = self._connection.scalar(query)
        return closes_at

    def next_close_of_team(self, team_id: str) -> date | None:
        """Return the earliest closing day of the periods that the team feeds, if any."""
        last_close = select(func.max(feeds.c.closes)).where(feeds.c.team == team_id)
        closing_days = self._connection.scalars(last_close.group_by(feeds.c.ledger))
        return min(closing_days, default=None)

    def _find_open_period(self, team: Team, ledger: str, now: datetime) -> Period | None:
        matches_team = (feeds.c.team == team.id) & (feeds.c.ledger == ledger)
        is_fed = select(feeds.c.team).where(_FEEDS_PERIOD, matches_team).exists()
        return next(iter(self._fetch_periods(is_fed, _is_open(now))), None)

    def _select_unit_teams(self, team: Team, ledger: str, now: datetime) -> tuple[Team, ...]:
        """Return the teams counted together with *team*, itself included; none when too few.

        A sibling whose own period is open finishes it first: no person is counted in two units,
        and no unit is smaller than its published size.
        """
        unit_by_feed, pool_name = self.units_by_team_and_ledger(now), _pool_unit_key(team)
        eligible_teams = {
            sibling.id: sibling
            for sibling in self._teams.list_practice_teams(team)
            if unit_by_feed.get((sibling.id, ledger), pool_name) == pool_name
        }
        sizes = {team_id: self._teams.count_declared(team_id) for team_id in eligible_teams}
        if ledger == BREAKDOWN and team.practice and sum(sizes.values()) >= MIN_PRACTICE_SIZE:
            return tuple(eligible_teams.values())
        pooled_ids = release_rule.pool_teams(sizes).get(team.id, ())
        return tuple(eligible_teams[team_id] for team_id in pooled_ids)

    def _open_period(
        self, unit: str, unit_teams: tuple[Team, ...], ledger: str, now: datetime
    ) -> date:
        lead_team = min(unit_teams, key=lambda team: team.id)
        zone = ZoneInfo(lead_team.zone)
        size = sum(self._teams.count_declared(team.id) for team in unit_teams)
        terms = release_rule.select_terms(ledger, size)
        day = max(calendar.local_day(now, zone), self._last_close(unit, ledger))
        opens, closes = calendar.period_bounds(day, terms.weeks)
        row = {
            "ledger": ledger,
            "unit": unit,
            "closes": closes,
            "opens": max(opens, calendar.monday_of(day)),
            "closes_at": int(calendar.local_to_utc(closes, time(0), zone).timestamp()),
            "size": size,
            "weeks": terms.weeks,
            "cap": terms.cap,
            "epsilon": str(terms.epsilon),
            "question": lead_team.question if ledger == BREAKDOWN else "",
            "pepper": next(iter(self._peppers)),
            "salt": secrets.token_bytes(_SALT_BYTES),
        }
        insert_missing_rows(self._connection, periods, [row])
        return closes

    def _last_close(self, unit: str, ledger: str) -> date:
        """Return the last closing day of *unit*: published, or ended and still to be published."""
        # A slow clock, or a team that moved west, must not open that period again.
        queries = (
            select(func.max(table.c.closes)).where(table.c.unit == unit, table.c.ledger == ledger)
            for table in (periods, releases)
        )
        closing_days = [self._connection.scalar(query) or date.min for query in queries]
        return max(closing_days)

    def _fetch_periods(self, *where: ColumnElement[bool]) -> list[Period]:
        query = select(periods).where(*where).order_by(periods.c.closes, periods.c.unit)
        return [_parse_period_row(row) for row in self._connection.execute(query)]


_FEEDS_PERIOD = (
    (feeds.c.ledger == periods.c.ledger)
    & (feeds.c.unit == periods.c.unit)
    & (feeds.c.closes == periods.c.closes)
)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return periods.c.closes_at > int(now.timestamp())


def _unit_key(team: Team, unit_teams: tuple[Team, ...]) -> str:
    """Return the unit's key: that of one team, or that of the practice's pool."""
    return team_unit_key(team.id) if unit_teams == (team,) else _pool_unit_key(team)


def _pool_unit_key(team: Team) -> str:
    return practice_unit_key(team.workspace, team.practice)


def _parse_period_row(row: Row[Any]) -> Period:
    return Period(
        ledger=row.ledger,
        unit=row.unit,
        opens=row.opens,
        closes=row.closes,
        size=row.size,
        terms=CountingTerms(row.weeks, row.cap, Fraction(row.epsilon)),
        question=row.question,
        pepper_fingerprint=row.pepper,
        salt=bytes(row.salt),
    )
