"""Hands what is owed to its product, one workspace at a time, and keeps what became of it."""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from bot.context import Desk
from bot.conversation import Address, Fate, Outcome
from bot.domain.checkins.scheduling import Postponed
from bot.elements import Message
from bot.errors import BusyError
from bot.logs import trouble
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Delivery
from bot.workflows import delivery_outcome
from schedules.delivery.rate_limit import Pacer, halved, recovered

logger = logging.getLogger("attune.drain")

Compose = Callable[[Books, Delivery, Desk], Message | Postponed | None]
"""Writes the message a delivery owes, or says until when it waits; ``None``: nobody wants it.

It reads the books in the transaction that begins the delivery, so that whoever left before
is sent nothing; of the desk it needs the words and the time.
"""

_TOO_OLD = timedelta(seconds=5)
"""A message not on its way so long after it was begun is begun anew: others may look for it."""

_AHEAD = 0.1
"""Seconds before its turn at which a message is begun, so that it leaves when its turn comes.

No earlier: what a crash finds begun is in doubt.
"""

_ROUNDED = 1.0
"""Seconds by which a rest may be kept as longer than it was asked for."""

_AGAIN = timedelta(minutes=15)
"""When a message that could not be written is tried again."""

_PATIENCE = 60.0
"""Seconds that the fate of a message may wait for a busy store: forgotten, it is in doubt."""

_BATCH, _LOOKS = 20, 40
"""How many are read at once: few, so that nobody's first message waits for others' lists."""

_DOUBTS, _OUTAGE = 3, timedelta(minutes=1)
"""After so many fates in doubt on end a product is ill, and more messages would join them."""

_LONGEST_WAIT = 64 * 60.0
"""Seconds between two searches at most, where a product does not let us look just now."""


class _Begun(NamedTuple):
    """A message whose delivery is claimed, where it goes, and since when."""

    message: Message
    address: Address
    at: datetime


class Drain:
    """Empties the owed deliveries of every workspace; called twice, it sends nothing twice.

    The intent to send is committed before the product is called, so what a crash leaves
    is known to be unknown. A workspace that asks for rest gets it, and no other does.
    """

    def __init__(
        self,
        desk: Desk,
        composers: Mapping[str, Compose],
        a_second: float = math.inf,
        *,
        sits_out: float = 0.0,
    ) -> None:
        """Serve *desk*, with a composer a kind; *a_second* messages at most to one workspace.

        A rest of *sits_out* seconds at most is waited for; after a longer one, it is for the
        next tick to go on.
        """
        self._desk = desk
        self._composers = composers
        self._most = a_second
        self._sits_out = sits_out
        self._pacers: dict[str, Pacer] = {}
        self._searches: dict[str, tuple[datetime, float]] = {}
        self._under_way: dict[str, asyncio.Task[int]] = {}
        self._stopped = asyncio.Event()

    async def owing(self) -> tuple[str, ...]:
        """The workspaces that are owed something now, or a look into what is in doubt."""
        now = self._desk.now()
        return await self._desk.store.read(lambda books: books.deliveries.workspaces_owed(now))

    async def start(self) -> None:
        """Begin to send to every workspace that is owed something, and wait for none of them."""
        for workspace in await self.owing():
            if workspace not in self._under_way:
                self._under_way[workspace] = asyncio.create_task(self._safely(workspace))

    async def empty(self) -> int:
        """Send what is owed now, workspaces side by side, and say how many messages went."""
        sent = sum(await asyncio.gather(*self._under_way.values()))
        await self.start()
        return sent + sum(await asyncio.gather(*self._under_way.values()))

    async def stop(self) -> None:
        """Begin no further message, and wait until what was begun has ended."""
        self._stopped.set()
        await asyncio.gather(*self._under_way.values())

    async def workspace(self, workspace: str) -> int:
        """Send what *workspace* is owed now, one message after another, and say how many went.

        The one function that does so, in whichever process: what is under way elsewhere is
        left alone, and the rest that a product asked for is kept where all can see it.
        Raises :class:`bot.errors.BusyError`, and what the database raises.
        """
        await self._look_for_the_unknown(workspace)
        pacer = self._pacers.setdefault(workspace, Pacer(self._most))
        pacer.begin(asyncio.get_running_loop().time())
        sent = doubts = 0
        while owed := await self._owed(workspace, pacer):
            for delivery in owed:
                outcome = await self._one(delivery, pacer)
                fate = outcome and outcome.fate
                sent += fate is Fate.SENT
                doubts = doubts + 1 if fate is Fate.UNKNOWN else 0
                if doubts == _DOUBTS:
                    await self._rest(workspace)
                if await self._sat_out(outcome, pacer):
                    break
                refused = fate in {Fate.WAIT, Fate.CLOSED}
                if refused or doubts == _DOUBTS or self._stopped.is_set():
                    return sent
        return sent

    async def _sat_out(self, outcome: Outcome | None, pacer: Pacer) -> bool:
        """Wait for the end of a short rest that was asked for, if one was."""
        if outcome is None or outcome.fate is not Fate.WAIT:
            return False
        seconds = outcome.seconds
        if not 0 < seconds <= self._sits_out:
            return False
        loop = asyncio.get_running_loop()
        goes_on = await self._until(loop.time() + seconds + _ROUNDED)
        pacer.begin(loop.time())
        return goes_on

    async def _rest(self, workspace: str) -> None:
        """Leave a product that answers nothing clearly alone for a while."""
        until = self._desk.now() + _OUTAGE
        await self._desk.store.write(lambda books: books.workspaces.rest(workspace, until))

    async def _safely(self, workspace: str) -> int:
        try:
            return await self.workspace(workspace)
        except Exception as error:  # noqa: BLE001 - the next tick tries again, others go on
            trouble(logger, "drain.failed", error)
            return 0
        finally:
            del self._under_way[workspace]

    async def _owed(self, workspace: str, pacer: Pacer) -> tuple[Delivery, ...]:
        now = self._desk.now()

        def look(books: Books) -> tuple[tuple[Delivery, ...], float]:
            a_minute, since = books.workspaces.pace(workspace)
            a_second = recovered(a_minute, since, now, self._most)
            takes = books.workspaces.takes(workspace, now)
            return books.deliveries.owed(workspace, now, _BATCH) if takes else (), a_second

        owed, pacer.a_second = await self._desk.store.read(look)
        return owed

    async def _until(self, moment: float) -> bool:
        """Wait until *moment* by the loop's clock; ``False`` when nothing more is to be begun."""
        seconds = moment - asyncio.get_running_loop().time()
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), seconds)
        return not self._stopped.is_set()

    async def _one(self, delivery: Delivery, pacer: Pacer) -> Outcome | None:
        """Begin a message a little before its turn, and send it when its turn comes."""
        loop = asyncio.get_running_loop()
        turn = loop.time() + pacer.turn(loop.time())
        if not await self._until(turn - _AHEAD):
            return None
        begun = await self._begin(delivery)
        if begun is None:
            return None
        message, address, at = begun
        await asyncio.sleep(turn - loop.time())
        pacer.left(loop.time())
        if self._desk.now() - at > _TOO_OLD:
            outcome = Outcome(Fate.WAIT, reason="too_old")
        else:
            outlet = self._desk.outlets[delivery.workspace.partition(":")[0]]
            outcome = await outlet.send(address, message, delivery.id)
            if outcome.way == address.way:  # known already: one thing less to keep
                outcome = replace(outcome, way="")
        pace = halved(pacer.a_second)
        say = await self._desk.store.write(
            lambda books: delivery_outcome.keep(books, delivery, outcome, self._desk.now(), pace),
            patience=_PATIENCE,
        )
        _say(say, delivery, outcome.reason)
        return outcome

    async def _begin(self, delivery: Delivery) -> _Begun | None:
        """Write the message and claim its delivery; after an error, the delivery is put off."""
        compose = self._composers[delivery.kind]
        try:
            return await self._desk.store.write(
                partial(_begun, one=delivery, desk=self._desk, compose=compose)
            )
        except BusyError:
            raise
        except Exception as error:  # noqa: BLE001 - one that cannot be written holds up no other
            trouble(logger, "drain.not_composed", error, kind=delivery.kind)
            later = self._desk.now() + _AGAIN
            await self._desk.store.write(lambda books: books.deliveries.put_off(delivery.id, later))
            return None

    async def _look_for_the_unknown(self, workspace: str) -> None:
        """Find out about messages that were begun and never ended, where a product lets us."""
        now = self._desk.now()
        since, wait = self._searches.get(workspace, (now, 0.0))
        if now < since + timedelta(seconds=wait) and now >= since:
            return
        for delivery in await self._desk.store.read(partial(_in_doubt, workspace, now)):
            found = await self._found(delivery)
            settled = partial(delivery_outcome.settle, delivery=delivery, found=found, now=now)
            _say(await self._desk.store.write(settled), delivery, found)
            if found == "later":
                self._searches[workspace] = (now, min(max(60.0, wait * 2), _LONGEST_WAIT))
                return
        self._searches.pop(workspace, None)

    async def _found(self, delivery: Delivery) -> delivery_outcome.Found:
        address = delivery_outcome.address(delivery)
        way = await self._desk.store.read(lambda books: books.ways.to(address))
        outlet = self._desk.outlets[delivery.workspace.partition(":")[0]]
        since = delivery.started.timestamp()
        return await outlet.find(replace(address, way=way), delivery.id, since)


def _begun(books: Books, one: Delivery, desk: Desk, compose: Compose) -> _Begun | None:
    """Claim a delivery and write its message; without one it is withdrawn or waits."""
    message = compose(books, one, desk)
    if not isinstance(message, Message):
        _not_now(books, one, message)
        return None
    at = desk.now()
    if not books.deliveries.begin(one.id, one.attempt, at):
        return None
    address = delivery_outcome.address(one)
    return _Begun(message, replace(address, way=books.ways.to(address)), at)


def _in_doubt(workspace: str, now: datetime, books: Books) -> tuple[Delivery, ...]:
    if not books.workspaces.takes(workspace, now):
        return ()
    return books.deliveries.unsettled(workspace, now, _LOOKS)


def _say(action: str, delivery: Delivery, reason: str) -> None:
    if action:
        facts = {"action": action, "kind": delivery.kind, "reason": reason}
        logger.warning(action, extra=facts)


def _not_now(books: Books, delivery: Delivery, said: Postponed | None) -> None:
    if said is None:
        books.deliveries.withdrawn(delivery.id)
    elif said.until is None:
        books.deliveries.missed(delivery.id, delivery.attempt, said.why)
    else:
        books.deliveries.put_off(delivery.id, said.until)
