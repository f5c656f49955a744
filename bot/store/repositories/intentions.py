"""What people asked to be reminded of next week; kept for days, and for nobody else's eyes."""

from datetime import date

from sqlalchemy import ColumnElement, Connection, delete, select

from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.store.schema import intentions
from bot.store.upsert import upsert_row


class Intentions:
    """One intention a person at most: the latest."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def save_intention(self, person: Person, intention: Intention) -> None:
        """Keep *intention* until its day, in the place of an earlier one."""
        row = {
            "workspace": person.workspace,
            "person": person.id,
            "code": intention.code,
            "sign": intention.sign_code,
            "week": intention.week,
            "until": intention.expires_on,
        }
        upsert_row(self._connection, intentions, row)

    def get_intention(self, person: Person) -> Intention | None:
        """What *person* asked to be reminded of, if anything."""
        found = self._connection.execute(
            select(intentions).where(_matches_person(person))
        ).one_or_none()
        return Intention(found.code, found.sign, found.week, found.until) if found else None

    def delete_intention(self, person: Person) -> None:
        """Let go of what *person* asked to be reminded of."""
        self._connection.execute(delete(intentions).where(_matches_person(person)))

    def delete_expired(self, today: date) -> int:
        """Let go of those whose day is past, and say how many those were."""
        old = delete(intentions).where(intentions.c.until < today)
        return self._connection.execute(old).rowcount


def _matches_person(person: Person) -> ColumnElement[bool]:
    return (intentions.c.workspace == person.workspace) & (intentions.c.person == person.id)
