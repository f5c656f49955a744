"""What is kept about each person: how to reach them, when to ask, and whether they joined."""

from datetime import date, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    exists,
    func,
    select,
    tuple_,
    update,
)

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule, is_known_zone
from bot.domain.people import Clinician
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.routes import ChatRoutes
from bot.store.schema import people, rosters, workspaces
from bot.store.upsert import build_insert, insert_missing_rows

_MAX_LOCALE_CHARACTERS = 20
_MAX_REASON_CHARACTERS = 60
_MAX_UNANSWERED = 6

_SELECT_PERSON = select(people).where(
    people.c.workspace == bindparam("at"), people.c.id == bindparam("who")
)


class People:
    """Clinicians as the bot knows them; whoever never joined or chose anything is not in it.

    Nothing here changes when somebody files, answers or reads: that would tell who did.
    """

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def get(self, person: Person) -> Clinician:
        """Find *person*; a blank clinician when nothing is kept about them."""
        told = {"at": person.workspace, "who": person.id}
        found = self._connection.execute(_SELECT_PERSON, told).one_or_none()
        return parse_clinician_row(found) if found else _blank_clinician(person)

    def list_joined(self, after: Person | None, limit: int) -> tuple[Clinician, ...]:
        """At most *limit* of those who joined and can be reached, in order, past *after*.

        Nobody of a suspended workspace can: what they are not asked leaves nothing unanswered.
        """
        suspended = exists().where(
            workspaces.c.id == people.c.workspace, workspaces.c.suspended != ""
        )
        asked = select(people).where(people.c.joined, people.c.unreachable == "", ~suspended)
        if after:
            asked = asked.where(
                tuple_(people.c.workspace, people.c.id) > tuple_(after.workspace, after.id)
            )
        asked = asked.order_by(people.c.workspace, people.c.id).limit(limit)
        return tuple(parse_clinician_row(row) for row in self._connection.execute(asked))

    def count_joined(self) -> dict[str, int]:
        """Return the number of people who joined, by workspace."""
        query = select(people.c.workspace, func.count()).where(people.c.joined)
        rows = self._connection.execute(query.group_by(people.c.workspace))
        return dict(rows.all())

    def update_profile(self, person: Person, *, locale: str = "", zone: str = "") -> None:
        """Keep what the product says of somebody who joined; what it leaves blank stays.

        So does their zone when it names one that is unknown here. Of anybody else nothing is
        kept: a row made by using the bot would tell who does.
        """
        said = {
            "locale": locale[:_MAX_LOCALE_CHARACTERS],
            "zone": zone if is_known_zone(zone) else "",
        }
        news = {name: value for name, value in said.items() if value}
        known = self.get(person)
        if known.has_joined and any(getattr(known, name) != value for name, value in news.items()):
            self._update_person(person, **news)

    def set_language(self, person: Person, language: str) -> None:
        """Speak *language* with *person* from now on; ``""`` follows the product again."""
        self._upsert_person(person, language=language)

    def set_checkin_rule(self, person: Person, rule: WeeklyRule | None) -> None:
        """Ask *person* at their own day and time; ``None`` follows the team's."""
        self._upsert_person(
            person,
            checkin_day=rule.weekday if rule else None,
            checkin_time=rule.local_time.isoformat("minutes") if rule else None,
        )

    def set_work_days(self, person: Person, days: tuple[int, ...]) -> None:
        """Ask *person* on these ISO weekdays alone; ``()`` is Monday to Friday again."""
        self._update_person(person, work_days=",".join(map(str, sorted(days))))

    def set_unanswered_count(self, person: Person, unanswered_count: int) -> None:
        """Keep how many check-ins in a row *person* let pass, 0 to 6; nought on any use of them."""
        kept = max(0, min(unanswered_count, _MAX_UNANSWERED))
        news = update(people).where(_matches_person(person), people.c.quiet != kept)
        self._connection.execute(news.values(quiet=kept))

    def join_team(self, person: Person, team_id: str) -> None:
        """Ask *person* once a week from now on; the team becomes their home.

        Whoever comes from another team is on its roster no more, unless declared there.
        """
        self._upsert_person(
            person, joined=True, home_team=team_id, paused_until=None, unreachable="", quiet=0
        )
        self._connection.execute(
            delete(rosters).where(
                rosters.c.workspace == person.workspace,
                rosters.c.person == person.id,
                rosters.c.team != team_id,
                ~rosters.c.declared,
            )
        )
        place = {"team": team_id, "workspace": person.workspace, "person": person.id}
        insert_missing_rows(self._connection, rosters, [{**place, "declared": False}])

    def leave_checkins(self, person: Person) -> None:
        """Ask *person* no more, and take back what was planned; their home team stays."""
        self._update_person(person, joined=False, paused_until=None, quiet=0)
        Deliveries(self._connection).withdraw_for_person(person)
        ChatRoutes(self._connection).delete_route(person)

    def pause_checkins(self, person: Person, until: date | None) -> None:
        """Ask *person* nothing before the local day *until*; ``None`` ends a pause."""
        self._update_person(person, paused_until=until)
        if until:
            Deliveries(self._connection).withdraw_for_person(person)

    def mark_unreachable(self, person: Person, reason: str) -> bool:
        """Owe *person* nothing more, as their product takes no messages; ``True`` when news."""
        known = _matches_person(person) & (people.c.unreachable == "")
        news = {"unreachable": reason[:_MAX_REASON_CHARACTERS] or "unknown"}
        changed = self._connection.execute(update(people).where(known).values(news))
        Deliveries(self._connection).withdraw_for_person(person)
        return changed.rowcount == 1

    def mark_reachable(self, person: Person) -> None:
        """Owe *person* messages again, as their product takes them."""
        self._update_person(person, unreachable="")

    def _update_person(self, person: Person, **values: object) -> None:
        """Change what is kept about *person*, if anything is."""
        self._connection.execute(update(people).where(_matches_person(person)).values(values))

    def _upsert_person(self, person: Person, **values: object) -> None:
        """Change what is kept about *person*, from a blank row if need be."""
        blank = {"workspace": person.workspace, "id": person.id, "joined": False}
        statement = build_insert(self._connection, people).values({**blank, **values})
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["workspace", "id"], set_=values)
        )


def _matches_person(person: Person) -> ColumnElement[bool]:
    return (people.c.workspace == person.workspace) & (people.c.id == person.id)


def _blank_clinician(person: Person) -> Clinician:
    return Clinician(
        person=person,
        language="",
        locale="",
        zone="",
        rule=None,
        paused_until=None,
        has_joined=False,
        home_team_id="",
        unanswered_count=0,
        unreachable_reason="",
    )


def parse_clinician_row(row: Row[Any]) -> Clinician:
    """Read a clinician from a row that holds the columns of ``people``."""
    rule = None
    if row.checkin_day is not None:
        rule = WeeklyRule(row.checkin_day, time.fromisoformat(row.checkin_time))
    return Clinician(
        person=Person(row.workspace, row.id),
        language=row.language,
        locale=row.locale,
        zone=row.zone,
        rule=rule,
        paused_until=row.paused_until,
        has_joined=row.joined,
        home_team_id=row.home_team,
        unanswered_count=row.quiet,
        unreachable_reason=row.unreachable,
        work_days=tuple(int(day) for day in row.work_days.split(",") if day),
    )
