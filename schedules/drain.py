"""Hands what is owed to its product, one workspace at a time, and keeps what became of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import Address, Fate, Outcome
from bot.desk import Desk
from bot.elements import Message
from bot.practice.asking import Postponed
from bot.store.books import Books
from bot.store.deliveries import Delivery

logger = logging.getLogger("attune.drain")

Compose = Callable[[Delivery, Desk], Awaitable[Message | Postponed | None]]
"""Writes the message a delivery owes, or says until when it waits; ``None``: nobody wants it."""

_SETTLE = 30.0
"""Seconds after which a message begun by a process that died counts as unconfirmed."""

_PATIENCE = 60.0
"""Seconds that the fate of a message may wait for a busy store: forgotten, it is unconfirmed."""

_BATCH = 100


class Drain:
    """Empties the owed deliveries of every workspace; called twice, it sends nothing twice.

    The intent to send is committed before the product is called, so what a crash leaves
    is known to be unknown. A workspace that asks for rest gets it, and no other does.
    """

    def __init__(self, desk: Desk, composers: Mapping[str, Compose]) -> None:
        """Serve *desk*, with one composer for each kind of delivery."""
        self._desk = desk
        self._composers = composers
        self._one_at_a_time = asyncio.Lock()

    async def empty(self) -> int:
        """Send what is owed now, workspaces side by side, and say how many messages went."""
        async with self._one_at_a_time:
            await self._give_up_on_the_unknown()
            now = self._desk.now()
            owing = await self._desk.store.read(lambda books: books.deliveries.workspaces_owed(now))
            sent = await asyncio.gather(*(self.workspace(one) for one in owing))
        return sum(sent)

    async def workspace(self, workspace: str) -> int:
        """Send what *workspace* is owed now, one message after another, and say how many went.

        The one function that does so, in whichever process: what is under way elsewhere is
        left alone, and the rest that a product asked for is kept where all can see it.
        """
        sent = 0
        while owed := await self._owed(workspace):
            for delivery in owed:
                outcome = await self._one(delivery)
                if outcome is None:
                    continue
                sent += outcome.fate is Fate.SENT
                if outcome.fate in {Fate.WAIT, Fate.CLOSED}:
                    return sent
        return sent

    async def _owed(self, workspace: str) -> tuple[Delivery, ...]:
        now = self._desk.now()

        def look(books: Books) -> tuple[Delivery, ...]:
            takes = books.workspaces.takes(workspace, now)
            return books.deliveries.owed(workspace, now, _BATCH) if takes else ()

        return await self._desk.store.read(look)

    async def _one(self, delivery: Delivery) -> Outcome | None:
        message = await self._composers[delivery.kind](delivery, self._desk)
        if message is None or isinstance(message, Postponed):
            await self._desk.store.write(lambda books: _not_now(books, delivery, message))
            return None
        address = await self._desk.store.write(
            lambda books: _begun(books, delivery, self._desk.now())
        )
        if address is None:
            return None
        outlet = self._desk.outlets[delivery.workspace.partition(":")[0]]
        outcome = await outlet.send(address, message, delivery.id)
        await self._desk.store.write(
            lambda books: self._keep(books, delivery, outcome), patience=_PATIENCE
        )
        self._say(delivery, outcome)
        return outcome

    def _keep(self, books: Books, delivery: Delivery, outcome: Outcome) -> None:
        deliveries, attempt = books.deliveries, delivery.attempt + 1
        match outcome.fate:
            case Fate.SENT:
                deliveries.sent(delivery.id, attempt, outcome.reference)
                books.ways.keep(_address(delivery), outcome.way)
            case Fate.WAIT:
                deliveries.wait(delivery.id, attempt)
                until = self._desk.now() + timedelta(seconds=outcome.seconds)
                books.workspaces.rest(delivery.workspace, until)
            case Fate.UNKNOWN:
                deliveries.unconfirmed(delivery.id, attempt, outcome.reason)
            case Fate.GONE:
                deliveries.gone(delivery.id, attempt, outcome.reason)
                if delivery.person:
                    books.people.mark_unreachable(delivery.recipient, outcome.reason)
                else:
                    where = (delivery.workspace, delivery.channel)
                    books.teams.mark_unreachable(*where, outcome.reason)
            case Fate.CLOSED:
                deliveries.gone(delivery.id, attempt, outcome.reason)
                books.workspaces.suspend(delivery.workspace, outcome.reason)

    def _say(self, delivery: Delivery, outcome: Outcome) -> None:
        facts = {"kind": delivery.kind, "fate": outcome.fate.value, "reason": outcome.reason}
        level = logging.DEBUG if outcome.fate is Fate.SENT else logging.WARNING
        logger.log(level, "delivery.attempted", extra={"action": "delivery.attempted", **facts})

    async def _give_up_on_the_unknown(self) -> None:
        now = self._desk.now()
        await self._desk.store.write(
            lambda books: books.deliveries.give_up(now.timestamp() - _SETTLE)
        )


def _address(delivery: Delivery) -> Address:
    return Address(delivery.workspace, delivery.person, delivery.channel)


def _begun(books: Books, delivery: Delivery, now: datetime) -> Address | None:
    """Claim a delivery and say where it goes; ``None`` when it is not to be sent."""
    if not books.deliveries.begin(delivery.id, delivery.attempt, now):
        return None
    address = _address(delivery)
    return replace(address, way=books.ways.to(address))


def _not_now(books: Books, delivery: Delivery, said: Postponed | None) -> None:
    if said is None:
        books.deliveries.withdrawn(delivery.id)
    elif said.until is None:
        books.deliveries.missed(delivery.id, delivery.attempt, said.why)
    else:
        books.deliveries.postpone(delivery.id, said.until)
