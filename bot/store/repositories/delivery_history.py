"""What became of earlier deliveries: settled slots, and whether the last message was delivered."""

from sqlalchemy import Connection, select

from bot.conversation import Address, Person
from bot.domain.checkins.scheduling import Blocker
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories.delivery_records import DeliveryState
from bot.store.repositories.delivery_statements import matches_person
from bot.store.schema import deliveries

_IS_REJECTED = (deliveries.c.state == DeliveryState.PLANNED) & (deliveries.c.reason != "")
_IS_UNATTEMPTED = (deliveries.c.state == DeliveryState.MISSED) & deliveries.c.reason.in_(
    tuple(Blocker)
)
_FINISHED_STATES = (
    DeliveryState.SENT,
    DeliveryState.UNCONFIRMED,
    DeliveryState.FAILED,
    DeliveryState.GONE,
    DeliveryState.MISSED,
)
_DELIVERED_STATES = frozenset({DeliveryState.SENT, DeliveryState.UNCONFIRMED})


class DeliveryHistory:
    """Repository of the deliveries that are finished; it changes nothing."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def settled_slots(self, kind: str, person: Person) -> set[str]:
        """Return the slots of *person*'s deliveries of *kind* in any state other than planned."""
        is_settled = (deliveries.c.kind == kind) & (deliveries.c.state != DeliveryState.PLANNED)
        query = select(deliveries.c.slot).where(matches_person(person), is_settled)
        return set(self._connection.scalars(query))

    def find_checkin_in_doubt(self, person: Person, week: str) -> tuple[str, str] | None:
        """Return slot and detail of *person*'s check-in of *week* if its posting is unknown."""
        query = select(deliveries.c.slot, deliveries.c.detail).where(
            matches_person(person),
            deliveries.c.kind == DeliveryKind.CHECKIN,
            deliveries.c.slot == week,
            deliveries.c.state.in_((DeliveryState.SENDING, DeliveryState.UNCONFIRMED)),
        )
        row = self._connection.execute(query).one_or_none()
        return (row.slot, row.detail) if row else None

    def is_last_undelivered(self, address: Address) -> bool:
        """Return whether the last message to *address* could not be delivered.

        One that the product rejected and that is queued again counts, too. A check-in that was
        skipped because of a day off was no message.
        """
        query = (
            select(deliveries.c.state)
            .where(
                deliveries.c.workspace == address.workspace,
                deliveries.c.person == address.person,
                deliveries.c.channel == address.channel,
                _IS_REJECTED | deliveries.c.state.in_(_FINISHED_STATES),
                ~_IS_UNATTEMPTED,
            )
            .order_by(deliveries.c.due.desc())
            .limit(1)
        )
        state = self._connection.scalar(query)
        return state is not None and state not in _DELIVERED_STATES
