"""Queries of the deliveries of people by slot: which are planned, settled or in doubt."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories.delivery_records import Delivery, DeliveryState, parse_delivery_row
from bot.store.repositories.delivery_statements import matches_person
from bot.store.schema import deliveries


class DeliverySlots:
    """The part of the delivery repository that reads deliveries by person and slot."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def slots_by_person(
        self, kind: str, persons: Collection[Person], first_slot: str
    ) -> dict[Person, set[str]]:
        """Return, by person, the slots from *first_slot* on of deliveries that are not missed."""
        query = select(deliveries.c.workspace, deliveries.c.person, deliveries.c.slot).where(
            deliveries.c.workspace.in_({person.workspace for person in persons}),
            deliveries.c.kind == kind,
            deliveries.c.person.in_({person.id for person in persons}),
            deliveries.c.slot >= first_slot,
            deliveries.c.state != DeliveryState.MISSED,
        )
        slots: dict[Person, set[str]] = {person: set() for person in persons}
        for workspace, person_id, slot in self._connection.execute(query):
            slots.get(Person(workspace, person_id), set()).add(slot)
        return slots

    def settled_slots(self, kind: str, person: Person) -> set[str]:
        """Return the slots of *person*'s deliveries of *kind* in any state other than planned."""
        is_settled = (deliveries.c.kind == kind) & (deliveries.c.state != DeliveryState.PLANNED)
        query = select(deliveries.c.slot).where(matches_person(person), is_settled)
        return set(self._connection.scalars(query))

    def find_checkin_in_doubt(self, person: Person, week: str) -> Delivery | None:
        """Return *person*'s check-in of *week* if it is not known whether it was posted."""
        query = select(deliveries).where(
            matches_person(person),
            deliveries.c.kind == DeliveryKind.CHECKIN,
            deliveries.c.slot == week,
            deliveries.c.state.in_((DeliveryState.SENDING, DeliveryState.UNCONFIRMED)),
        )
        row = self._connection.execute(query).one_or_none()
        return parse_delivery_row(row) if row else None
