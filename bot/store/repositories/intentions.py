"""Intentions: what a person wants to try next week and be reminded of; stored for 8 days."""

from datetime import date

from sqlalchemy import ColumnElement, Connection, delete, select

from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.store.schema import intentions
from bot.store.upsert import upsert_row


class Intentions:
    """Repository of intentions: one row per person at most, the latest."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def save_intention(self, person: Person, intention: Intention) -> None:
        """Upsert *person*'s intention; it replaces an earlier one."""
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
        """Return the intention of *person*; ``None`` without one."""
        row = self._connection.execute(
            select(intentions).where(_matches_person(person))
        ).one_or_none()
        return Intention(row.code, row.sign, row.week, row.until) if row else None

    def delete_intention(self, person: Person) -> None:
        """Delete the intention of *person*, if any."""
        self._connection.execute(delete(intentions).where(_matches_person(person)))

    def delete_expired(self, today: date) -> int:
        """Delete intentions whose last day is before *today* and return how many were deleted."""
        expired = delete(intentions).where(intentions.c.until < today)
        return self._connection.execute(expired).rowcount


def _matches_person(person: Person) -> ColumnElement[bool]:
    return (intentions.c.workspace == person.workspace) & (intentions.c.person == person.id)
