"""Replace a person's id in ``audit_entry``, ``previous_setup`` and the details of posts."""

import json
from typing import Any

from sqlalchemy import Connection, Row, case, delete, select, update

from bot.conversation import Person
from bot.domain.teams.audit_entry import ERASED_ID
from bot.store.repositories.delivery_records import DeliveryState
from bot.store.repositories.personal_rows import NAMING_KINDS
from bot.store.schema import audit_entries, deliveries, previous_setups


class NamedPersons:
    """Repository of columns that contain the id of a person who is not the row's key.

    Rows of rosters, roles, preferences and deliveries to the person are not among them.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def erase(self, person: Person) -> int:
        """Replace the id of *person* by :data:`ERASED_ID`; return the number of changed rows.

        An undo copy that contains the id is deleted: without it the copy would be another set-up.
        Idempotent: a repeat returns 0.
        """
        count = self._replace_in_trail(person, ERASED_ID)
        for row in self._list_copies(person):
            is_copy = previous_setups.c.team == row.team
            count += self._connection.execute(delete(previous_setups).where(is_copy)).rowcount
        return count + self.erase_from_posts(person)

    def erase_from_posts(self, person: Person) -> int:
        """Replace the id of *person* in the column ``detail`` of posts; return how many rows."""
        return self._replace_in_details(person, ERASED_ID)

    def rename(self, person: Person, new_id: str) -> None:
        """Replace the id of *person* by *new_id*, also in the JSON of undo copies."""
        self._replace_in_trail(person, new_id)
        for row in self._list_copies(person):
            setter_id = new_id if row.person == person.id else row.person
            body = _replace_copied_id(row.body, person.id, new_id)
            change = update(previous_setups).where(previous_setups.c.team == row.team)
            self._connection.execute(change.values(person=setter_id, body=body))
        self._replace_in_details(person, new_id)

    def _replace_in_trail(self, person: Person, new_id: str) -> int:
        in_workspace = audit_entries.c.workspace == person.workspace
        count = 0
        for column in (audit_entries.c.actor, audit_entries.c.subject):
            change = update(audit_entries).where(in_workspace, column == person.id)
            count += self._connection.execute(change.values({column: new_id})).rowcount
        return count

    def _list_copies(self, person: Person) -> list[Row[Any]]:
        """Return the undo copies whose setter is *person*, or whose JSON lists contain the id."""
        rows = self._connection.execute(
            select(previous_setups).where(previous_setups.c.workspace == person.workspace)
        )
        return [row for row in rows if person.id in {row.person, *_list_copied_ids(row.body)}]

    def _replace_in_details(self, person: Person, new_id: str) -> int:
        """Replace the id in ``detail``, a list that is separated by spaces; return how many rows.

        The attempt of a planned row is incremented, which invalidates a rendered message: the
        sender's conditional UPDATE fails, and it reads and renders the row again.
        """
        attempt = case(
            (deliveries.c.state == DeliveryState.PLANNED, deliveries.c.attempt + 1),
            else_=deliveries.c.attempt,
        )
        query = select(deliveries.c.id, deliveries.c.detail).where(
            deliveries.c.workspace == person.workspace,
            deliveries.c.kind.in_(NAMING_KINDS),
            deliveries.c.detail.contains(person.id, autoescape=True),
        )
        count = 0
        for delivery_id, detail in self._connection.execute(query).all():
            parts = detail.split(" ")
            if person.id in parts:
                replaced = " ".join(new_id if part == person.id else part for part in parts)
                change = update(deliveries).where(deliveries.c.id == delivery_id)
                change = change.values(detail=replaced, attempt=attempt)
                count += self._connection.execute(change).rowcount
        return count


def _replace_copied_id(body: str, old_id: str, new_id: str) -> str:
    setup = json.loads(body)
    for name in ("clinicians", "supervisors") if setup else ():
        setup[name] = [new_id if id_ == old_id else id_ for id_ in setup[name]]
    return json.dumps(setup)


def _list_copied_ids(body: str) -> list[str]:
    setup = json.loads(body)
    return [*setup["clinicians"], *setup["supervisors"]] if setup else []
