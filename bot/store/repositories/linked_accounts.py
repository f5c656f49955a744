"""Which accounts are one person's, for whoever uses two products; told by an operator."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from bot.conversation import Person
from bot.store.schema import aliases
from bot.store.upsert import put

_SAME = select(aliases.c.same_workspace, aliases.c.same_person).where(
    aliases.c.workspace == bindparam("at"), aliases.c.person == bindparam("who")
)


class Aliases:
    """One clinician, one token: whatever account a debrief comes from, it is capped as theirs."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def of(self, person: Person) -> Person:
        """The account under which *person* counts: their own, unless another was told."""
        told = {"at": person.workspace, "who": person.id}
        found = self._connection.execute(_SAME, told).one_or_none()
        return Person(*found) if found else person

    def every(self) -> dict[Person, Person]:
        """Every account that counts as another, and which."""
        found = self._connection.execute(select(aliases))
        return {
            Person(one.workspace, one.person): Person(one.same_workspace, one.same_person)
            for one in found
        }

    def declare(self, people: Iterable[tuple[Person, ...]]) -> bool:
        """Let each of *people* be one person, who counts as the first; ``True`` when it is news.

        Those who were told before and are not among them are two people again.
        """
        wanted = {other: first for first, *others in people for other in others}
        if wanted == self.every():
            return False
        self._connection.execute(delete(aliases))
        for other, first in wanted.items():
            row = {"workspace": other.workspace, "person": other.id}
            same = {"same_workspace": first.workspace, "same_person": first.id}
            put(self._connection, aliases, row | same)
        return True
