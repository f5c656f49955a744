"""Read-only queries of the table ``delivery``: by slot, by state, and the last of an address."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from bot.conversation import Address, Person
from bot.domain.checkins.scheduling import Blocker
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories.delivery_records import Delivery, DeliveryState, parse_delivery_row
from bot.store.repositories.delivery_statements import SELECT_LAST_CARD
from bot.store.schema import deliveries

_IS_REJECTED = (deliveries.c.state == DeliveryState.PLANNED) & (deliveries.c.reason != "")
_IS_UNATTEMPTED = (deliveries.c.state == DeliveryState.MISSED) & deliveries.c.reason.in_(
    tuple(Blocker)
)
_FINISHED_STATES = (
    DeliveryState.SENT,
    DeliveryState.UNCONFIRMED,
    DeliveryState.FAILED,
    DeliveryState.UNREACHABLE,
    DeliveryState.MISSED,
)
_DELIVERED_STATES = frozenset({DeliveryState.SENT, DeliveryState.UNCONFIRMED})
_IN_DOUBT_STATES = frozenset({DeliveryState.SENDING, DeliveryState.UNCONFIRMED})


_IS_TO_PERSON = (deliveries.c.workspace == bindparam("workspace")) & (
    deliveries.c.person == bindparam("person")
)

_SELECT_SLOTS_NOT_PLANNED = select(deliveries.c.slot).where(
    _IS_TO_PERSON,
    deliveries.c.kind == bindparam("kind"),
    deliveries.c.state != DeliveryState.PLANNED,
)
_SELECT_CHECKIN = select(deliveries).where(
    _IS_TO_PERSON,
    deliveries.c.kind == DeliveryKind.CHECKIN,
    deliveries.c.slot == bindparam("week"),
)
_SELECT_SLOTS = select(deliveries.c.workspace, deliveries.c.person, deliveries.c.slot).where(
    deliveries.c.workspace.in_(bindparam("workspaces", expanding=True)),
    deliveries.c.kind == bindparam("kind"),
    deliveries.c.person.in_(bindparam("persons", expanding=True)),
    deliveries.c.slot >= bindparam("first_slot"),
    deliveries.c.state != DeliveryState.MISSED,
)
_SELECT_LAST_STATE = (
    select(deliveries.c.state)
    .where(
        _IS_TO_PERSON,
        deliveries.c.channel == bindparam("channel"),
        _IS_REJECTED | deliveries.c.state.in_(_FINISHED_STATES),
        ~_IS_UNATTEMPTED,
    )
    .order_by(deliveries.c.due.desc())
    .limit(1)
)


class DeliveryHistory:
    """Repository with SELECT statements on deliveries alone."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def slots_by_person(
        self, kind: str, persons: Collection[Person], first_slot: str
    ) -> dict[Person, set[str]]:
        """Return a dict of the slots from *first_slot* on, by person; missed rows are excluded.

        Slots are compared as strings. Each of *persons* is a key, also without a row.
        """
        parameters = {
            "workspaces": list({person.workspace for person in persons}),
            "kind": kind,
            "persons": list({person.id for person in persons}),
            "first_slot": first_slot,
        }
        slots: dict[Person, set[str]] = {person: set() for person in persons}
        rows = self._connection.execute(_SELECT_SLOTS, parameters)
        for workspace, person_id, slot in rows:
            slots.get(Person(workspace, person_id), set()).add(slot)
        return slots

    def list_slots_not_planned(self, kind: str, person: Person) -> set[str]:
        """Return the slots of *person*'s rows of *kind* in any state other than ``PLANNED``."""
        parameters = {"workspace": person.workspace, "person": person.id, "kind": kind}
        return set(self._connection.scalars(_SELECT_SLOTS_NOT_PLANNED, parameters))

    def is_last_undelivered(self, address: Address) -> bool:
        """Return whether the last attempted row of *address*, by due time, was not delivered.

        A planned row with a reason, which the product rejected and which is queued for a retry,
        counts as not delivered. A check-in that was missed for a :class:`Blocker`, such as a day
        off, is ignored: it was never attempted.
        """
        parameters = {
            "workspace": address.workspace,
            "person": address.person,
            "channel": address.channel,
        }
        state = self._connection.scalar(_SELECT_LAST_STATE, parameters)
        return state is not None and state not in _DELIVERED_STATES

    def find_channel_state(self, kind: str, address: Address, slot: str) -> DeliveryState | None:
        """Return the state of the row with this unique key; ``None`` without one."""
        delivery = self.find_channel_delivery(kind, address, slot)
        return delivery.state if delivery else None

    def find_channel_delivery(self, kind: str, address: Address, slot: str) -> Delivery | None:
        """Return a channel's row by its unique key; ``None`` without one."""
        query = select(deliveries).where(
            deliveries.c.workspace == address.workspace,
            deliveries.c.kind == kind,
            deliveries.c.person == "",
            deliveries.c.channel == address.channel,
            deliveries.c.slot == slot,
        )
        row = self._connection.execute(query).one_or_none()
        return parse_delivery_row(row) if row else None

    def find_last_card(self, workspace: str, channel: str) -> Delivery | None:
        """Return the channel's introduction card with the latest due time; ``None`` without one."""
        parameters = {"workspace_id": workspace, "channel_id": channel}
        row = self._connection.execute(SELECT_LAST_CARD, parameters).one_or_none()
        return parse_delivery_row(row) if row else None

    def find_checkin(self, person: Person, week: str) -> Delivery | None:
        """Return *person*'s check-in row of *week*, in any state; ``None`` without one."""
        parameters = {"workspace": person.workspace, "person": person.id, "week": week}
        row = self._connection.execute(_SELECT_CHECKIN, parameters).one_or_none()
        return parse_delivery_row(row) if row else None

    def find_checkin_in_doubt(self, person: Person, week: str) -> Delivery | None:
        """Return *person*'s check-in row of *week* if it is ``SENDING`` or ``UNCONFIRMED``."""
        delivery = self.find_checkin(person, week)
        return delivery if delivery and delivery.state in _IN_DOUBT_STATES else None
