"""Repository of the tables ``team``, ``roster`` and ``role``: set-ups, members, role holders."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import starmap
from types import SimpleNamespace

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, select, update

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Clinician, ClinicianProfile, Role, Team
from bot.store.record_cache import RecordCache
from bot.store.repositories import column_codecs
from bot.store.repositories.account_query import SELECT_ACCOUNT
from bot.store.repositories.declared_lists import DeclaredLists
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.delivery_statements import INVALIDATE_COMPOSED_MESSAGES
from bot.store.repositories.people import blank_profile, build_clinician, parse_profile_row
from bot.store.repositories.routes import ChatRoutes
from bot.store.repositories.team_slots import TeamSlots, unanswered_count_of
from bot.store.repositories.team_statements import (
    DELETE_FROM_ROSTER,
    END_MEMBERSHIP,
    SELECT_DECLARED,
    SELECT_ROLE_HOLDERS,
    SELECT_ROLES,
    SELECT_ROSTER,
    SELECT_TEAM,
    SELECT_TEAM_OF_CHANNEL,
)
from bot.store.schema import roles, teams
from bot.store.upsert import insert_missing_rows, upsert_row

_MAX_REASON_CHARACTERS = 60

_TEAM_COLUMNS = tuple(column.name for column in teams.columns)


@dataclass(frozen=True)
class Account:
    """Result of one joined query: main account, the row of the account itself, and home team.

    ``profile`` has blank fields without a row. ``supervisors`` are the team's;
    ``suspension_reason`` is the column of the person's workspace, ``""`` for none.
    """

    main: Person
    profile: ClinicianProfile
    team: Team | None
    supervisors: tuple[Person, ...]
    suspension_reason: str


@dataclass(frozen=True)
class HeldRole:
    """A row of ``role``; ``has_agreed`` is true once the person agreed to its reading rules."""

    team_id: str
    role: Role
    has_agreed: bool


class Teams:
    """Repository of teams, their rosters and their role holders."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records
        self._slots = TeamSlots(connection, records)
        self._lists = DeclaredLists(connection, records)

    def get(self, team_id: str) -> Team | None:
        """Return the team with the primary key *team_id*, removed or not, or ``None``."""
        row = self._connection.execute(SELECT_TEAM, {"team_id": team_id}).one_or_none()
        return _parse_team_row(*row) if row else None

    def get_by_channel(self, workspace: str, channel: str) -> Team | None:
        """Return the team with this unique pair of workspace and channel, or ``None``."""
        parameters = {"workspace_id": workspace, "channel_id": channel}
        row = self._connection.execute(SELECT_TEAM_OF_CHANNEL, parameters).one_or_none()
        return _parse_team_row(*row) if row else None

    def list_teams(self, workspace: str | None = None) -> tuple[Team, ...]:
        """Return the teams that are not removed, of all workspaces or one, sorted by name."""
        in_workspace = [teams.c.workspace == workspace] if workspace else []
        return self._fetch_teams(teams.c.removed.is_(None), *in_workspace)

    def list_teams_ever(self) -> tuple[Team, ...]:
        """Return all rows sorted by name, removed teams included: their releases are still read."""
        return self._fetch_teams()

    def list_practice_teams(self, team: Team) -> tuple[Team, ...]:
        """Return the teams with the workspace and practice of *team*; itself if it has none."""
        if not team.practice:
            return (team,)
        return self._fetch_teams(
            teams.c.workspace == team.workspace,
            teams.c.practice == team.practice,
            teams.c.removed.is_(None),
        )

    def save(self, team: Team) -> None:
        """Upsert the row by the team's id, and clear ``unreachable``; ``removed`` is unchanged."""
        row = {
            "id": team.id,
            "workspace": team.workspace,
            "channel": team.channel,
            "name": team.name,
            "practice": team.practice,
            "language": team.language,
            "zone": team.zone,
            "checkin_day": team.checkin_rule.weekday,
            "checkin_time": column_codecs.encode_clock_time(team.checkin_rule.local_time),
            "tip_days": column_codecs.encode_weekdays(team.tip_days),
            "tip_time": column_codecs.encode_clock_time(team.tip_time),
            "question": team.question,
            "open_to_team": team.open_to_team,
            "unreachable": "",
            "holidays": team.holiday_region,
        }
        upsert_row(self._connection, teams, row)

    def mark_unreachable(self, workspace: str, channel: str, reason: str) -> bool:
        """Set ``unreachable`` of the channel's team, and withdraw the channel's planned deliveries.

        The first reason remains. ``True`` if the row changed; :meth:`save` and
        :meth:`mark_reachable` clear the column.
        """
        in_channel = (teams.c.workspace == workspace) & (teams.c.channel == channel)
        change = update(teams).where(in_channel, teams.c.unreachable == "")
        stored_reason = reason[:_MAX_REASON_CHARACTERS] or "unknown"
        Deliveries(self._connection, self._records).withdraw_for_channel(workspace, channel)
        return self._connection.execute(change.values(unreachable=stored_reason)).rowcount == 1

    def mark_reachable(self, workspace: str, channel: str) -> None:
        """Clear ``unreachable`` of the channel's team; no row changes if it is blank."""
        in_channel = (teams.c.workspace == workspace) & (teams.c.channel == channel)
        change = update(teams).where(in_channel, teams.c.unreachable != "")
        self._connection.execute(change.values(unreachable=""))

    def get_home_team(self, person: Person) -> Team | None:
        """Return the one team that *person* counts in: joined, else declared, else ``None``.

        It is that of the main account, see :mod:`bot.store.repositories.linked_accounts`.
        """
        return self.get_account(person).team

    def get_person_and_team(self, person: Person) -> tuple[Clinician, Team | None]:
        """Return the clinician and the team that they count in, see :meth:`get_home_team`."""
        account = self.get_account(person)
        slot = self._slots.get_slot_in(person, account.profile.home_team_id)
        return build_clinician(account.profile, unanswered_count_of(slot)), account.team

    def get_account(self, person: Person) -> Account:
        """Return the main account of *person*, their own row and their home team, in one query.

        The encrypted body of the team's record is fetched in the same query and added to the record
        cache, which decrypts it at its first use.
        """
        parameters = {"workspace": person.workspace, "person_id": person.id}
        rows = self._connection.execute(SELECT_ACCOUNT, parameters).all()
        row = rows[0]
        team_values = row[-len(_TEAM_COLUMNS) :]
        if row.record_team is not None:
            self._records.team_records.add_body(row.record_team, bytes(row.record_body))
        return Account(
            Person(row.main_workspace, row.main_person),
            blank_profile(person) if row.id is None else parse_profile_row(row),
            None if team_values[0] is None else _parse_team_row(*team_values),
            tuple(
                Person(row.supervisor_workspace, row.supervisor_id)
                for row in rows
                if row.supervisor_id
            ),
            row.suspended or "",
        )

    def declare_clinicians(
        self, team_id: str, persons: Iterable[Person], *, retained: Collection[Person] = ()
    ) -> None:
        """Replace the rows of declared clinicians; see :meth:`DeclaredLists.declare`."""
        self._lists.declare(team_id, persons, retained=retained)

    def list_declared_clinicians(self, team_id: str) -> tuple[Person, ...]:
        """Return the persons of the team's roster rows with ``declared`` true."""
        return self._fetch_persons(SELECT_DECLARED, team_id=team_id)

    def list_roster(self, team_id: str) -> tuple[Person, ...]:
        """Return the persons of all roster rows of the team: declared, or joined by themselves."""
        return self._fetch_persons(SELECT_ROSTER, team_id=team_id)

    def set_role_holders(self, team_id: str, role: Role, persons: Iterable[Person]) -> None:
        """Replace the rows of *role* in the team by *persons*; rows of remaining holders stay.

        Their agreements are thus retained. A supervisor is never counted in the team: their roster
        row is deleted and their slot cleared. If it was their home team, ``joined`` is cleared,
        planned deliveries are withdrawn and the chat route is deleted.
        """
        holders = set(persons)
        if role is Role.SUPERVISOR:
            self._remove_from_team(team_id, holders)
        for person in set(self.list_role_holders(team_id, role)) - holders:
            self._connection.execute(
                delete(roles).where(
                    _matches_person_in_team(person, team_id), roles.c.role == role.value
                )
            )
            # A rendered close notice may contain the table that the deleted role gave access to.
            account = {"workspace_id": person.workspace, "person_id": person.id}
            self._connection.execute(INVALIDATE_COMPOSED_MESSAGES, account)
        rows = [
            {
                "team": team_id,
                "workspace": person.workspace,
                "person": person.id,
                "role": role.value,
                "agreed": False,
            }
            for person in sorted(holders)
        ]
        insert_missing_rows(self._connection, roles, rows)

    def list_role_holders(self, team_id: str, role: Role) -> tuple[Person, ...]:
        """Return the persons with a row of *role* in the team."""
        return self._fetch_persons(SELECT_ROLE_HOLDERS, team_id=team_id, role_name=role.value)

    def list_roles(self, person: Person) -> tuple[HeldRole, ...]:
        """Return the role rows of *person*, of all teams."""
        parameters = {"workspace_id": person.workspace, "person_id": person.id}
        rows = self._connection.execute(SELECT_ROLES, parameters)
        return tuple(HeldRole(row.team, Role(row.role), row.agreed) for row in rows)

    def has_role_holders(self, workspace: str) -> bool:
        """Whether any team of *workspace* has a row in ``role``."""
        in_workspace = exists().where(roles.c.team == teams.c.id, teams.c.workspace == workspace)
        return bool(self._connection.scalar(select(in_workspace)))

    def save_agreement(self, person: Person, team_id: str) -> None:
        """Set ``agreed`` in all role rows of *person* in the team; idempotent."""
        self._connection.execute(
            update(roles).where(_matches_person_in_team(person, team_id)).values(agreed=True)
        )

    def _remove_from_team(self, team_id: str, persons: Iterable[Person]) -> None:
        persons = tuple(persons)
        self._slots.clear_slots((person, team_id) for person in persons)
        for person in persons:
            key = {"team_id": team_id, "workspace_id": person.workspace, "person_id": person.id}
            self._connection.execute(DELETE_FROM_ROSTER, key)
            if self._connection.execute(END_MEMBERSHIP, key).rowcount:
                # A close notice may be due to a role in another team.
                Deliveries(self._connection, self._records).withdraw_for_person(
                    person, except_kinds=(DeliveryKind.CLOSE_NOTICE,)
                )
                ChatRoutes(self._connection).delete_route(person)

    def _fetch_teams(self, *where: ColumnElement[bool]) -> tuple[Team, ...]:
        query = select(teams).where(*where).order_by(teams.c.name, teams.c.id)
        return tuple(starmap(_parse_team_row, self._connection.execute(query)))

    def _fetch_persons(self, query: Select[str, str], **parameters: str) -> tuple[Person, ...]:
        return tuple(starmap(Person, self._connection.execute(query, parameters)))


def _matches_person_in_team(person: Person, team_id: str) -> ColumnElement[bool]:
    is_person = (roles.c.workspace == person.workspace) & (roles.c.person == person.id)
    return (roles.c.team == team_id) & is_person


@lru_cache(maxsize=256)
def _parse_team_row(*values: str | int | date | None) -> Team:
    row = SimpleNamespace(**dict(zip(_TEAM_COLUMNS, values, strict=True)))
    return Team(
        id=row.id,
        workspace=row.workspace,
        channel=row.channel,
        name=row.name,
        practice=row.practice,
        language=row.language,
        zone=row.zone,
        checkin_rule=WeeklyRule(row.checkin_day, column_codecs.decode_clock_time(row.checkin_time)),
        tip_days=column_codecs.decode_weekdays(row.tip_days),
        tip_time=column_codecs.decode_clock_time(row.tip_time),
        question=row.question,
        open_to_team=row.open_to_team,
        unreachable_reason=row.unreachable,
        holiday_region=row.holidays,
        is_removed=row.removed is not None,
    )
