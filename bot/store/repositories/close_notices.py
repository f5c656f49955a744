"""Repository of the table ``close_notice``: choices about notices, and queries of whom to notify.

A row is written only when its person makes a choice: never when anyone files, answers or reads,
and never because a notice is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.counts import release_rule
from bot.domain.counts.close_schedule import NoticePreference, PeriodClose
from bot.domain.counts.release_rule import LostTable
from bot.domain.people import Role
from bot.store.repositories import column_codecs
from bot.store.repositories.period_closing import LOST_KEY_WAIT
from bot.store.schema import close_notices, feeds, people, releases, roles
from bot.store.upsert import upsert_row


@dataclass(frozen=True)
class RoleGrant:
    """A row of ``role`` of a reachable person, joined with the person's choice, if any."""

    person: Person
    team_id: str
    role: Role
    preference: NoticePreference


class CloseNotices:
    """Repository of closings, role grants and choices, which decide who is notified when."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def list_period_closes(self, since: date) -> tuple[PeriodClose, ...]:
        """Return the releases since the closing day *since*, and the periods of all feeds, by team.

        A release belongs to the team of its own unit and to the teams that feed its unit now, whose
        supervisors read it. A release for a lost key is announced ``LOST_KEY_WAIT`` later.
        """
        feed_rows = self._connection.execute(select(feeds)).all()
        team_ids_by_unit: dict[tuple[str, str], list[str]] = {}
        for row in feed_rows:
            team_ids_by_unit.setdefault((row.ledger, row.unit), []).append(row.team)
        pending = {
            PeriodClose(row.team, row.closes, row.closes, is_published=False) for row in feed_rows
        }
        published: set[PeriodClose] = set()
        query = select(releases).where(releases.c.closes >= since)
        for row in self._connection.execute(query):
            table = release_rule.parse_table(row.ledger, row.body)
            delay = LOST_KEY_WAIT if isinstance(table, LostTable) else timedelta(0)
            own_team_id = column_codecs.parse_team_unit_key(row.unit)
            team_ids = {own_team_id, *team_ids_by_unit.get((row.ledger, row.unit), [])} - {""}
            published |= {
                PeriodClose(team_id, row.closes, row.closes + delay, is_published=True)
                for team_id in team_ids
            }
        return (*sorted(published, key=_sort_key), *sorted(pending, key=_sort_key))

    def list_grants(self) -> tuple[RoleGrant, ...]:
        """Return the role rows of persons without an ``unreachable`` reason, sorted by person."""
        return tuple(
            RoleGrant(Person(workspace, person_id), team_id, Role(role), _parse_choice(choice))
            for workspace, person_id, team_id, role, *choice in self._connection.execute(
                _SELECT_GRANTS
            )
        )

    def get_preference(self, person: Person) -> NoticePreference | None:
        """Return the row of *person*; ``None`` if they never made a choice."""
        parameters = {"workspace": person.workspace, "person_id": person.id}
        row = self._connection.execute(_SELECT_CHOICE, parameters).one_or_none()
        return _parse_choice(row) if row else None

    def save_preference(self, person: Person, preference: NoticePreference) -> None:
        """Upsert the row by workspace and person; without a rule, day and time are null."""
        rule = preference.rule
        row = {
            "workspace": person.workspace,
            "person": person.id,
            "stopped": preference.is_stopped,
            "day": rule.weekday if rule else None,
            "time": column_codecs.encode_clock_time(rule.local_time) if rule else None,
        }
        upsert_row(self._connection, close_notices, row)

    def delete_without_role(self) -> int:
        """Delete the rows of people without a row in ``role`` and return how many."""
        return self._connection.execute(_DELETE_WITHOUT_ROLE).rowcount


_CHOICE_COLUMNS = (close_notices.c.stopped, close_notices.c.day, close_notices.c.time)

_SELECT_CHOICE = select(*_CHOICE_COLUMNS).where(
    close_notices.c.workspace == bindparam("workspace"),
    close_notices.c.person == bindparam("person_id"),
)

_IS_CHOICE_OF_HOLDER = (close_notices.c.workspace == roles.c.workspace) & (
    close_notices.c.person == roles.c.person
)

_DELETE_WITHOUT_ROLE = delete(close_notices).where(
    ~select(roles.c.person).where(_IS_CHOICE_OF_HOLDER).exists()
)

_IS_ROW_OF_HOLDER = (people.c.workspace == roles.c.workspace) & (people.c.id == roles.c.person)

_SELECT_GRANTS = (
    select(roles.c.workspace, roles.c.person, roles.c.team, roles.c.role, *_CHOICE_COLUMNS)
    .outerjoin(close_notices, _IS_CHOICE_OF_HOLDER)
    .outerjoin(people, _IS_ROW_OF_HOLDER)
    .where(people.c.unreachable.is_(None) | (people.c.unreachable == ""))
    .order_by(roles.c.workspace, roles.c.person, roles.c.team, roles.c.role)
)


def _sort_key(closing: PeriodClose) -> tuple[str, date, date]:
    return closing.team_id, closing.closes, closing.announced_on


def _parse_choice(columns: Sequence[Any]) -> NoticePreference:
    """Convert the values of :data:`_CHOICE_COLUMNS`, all ``None`` for a person without a row."""
    is_stopped, weekday, clock_time = columns
    rule = None
    if weekday is not None:
        rule = WeeklyRule(weekday, column_codecs.decode_clock_time(clock_time))
    return NoticePreference(is_stopped=bool(is_stopped), rule=rule)
