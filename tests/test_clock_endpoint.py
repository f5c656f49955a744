"""Walking the clock forward lives through every instant at which something falls due."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from bot.clock import Clock
from bot.clock_endpoint import build_clock_route
from tests.chat.asgi import Response, send_request

START = datetime(2026, 6, 29, 13, tzinfo=UTC)
EVERY = timedelta(days=1)


class Days:
    """A life in which something falls due at the start of every day."""

    def __init__(self) -> None:
        """Begin on a Monday."""
        self.clock = Clock(START)
        self.lived: list[datetime] = []
        self.door = Starlette(routes=[build_clock_route(self.clock, self.next_due, self.tick)])

    async def next_due(self) -> datetime | None:
        """The start of the next day."""
        return self.clock().replace(hour=0, minute=0, second=0, microsecond=0) + EVERY

    async def tick(self) -> None:
        """Note the moment."""
        self.lived.append(self.clock())

    async def asked_to_be(self, now: object) -> Response:
        """Ask the clock to be *now*."""
        return await send_request(self.door, "POST", "/_clock", json.dumps({"now": now}).encode())


async def test_every_instant_on_the_way_is_lived_through() -> None:
    """A week's jump stops at each midnight, and arrives."""
    days = Days()
    target = START + timedelta(days=7)

    answer = await days.asked_to_be(target.isoformat())

    assert answer.status == 200
    midnights = [START.replace(hour=0) + EVERY * number for number in range(1, 8)]
    lived = [moment.replace(microsecond=0, second=0, minute=0) for moment in days.lived]
    assert lived == [START, *midnights, target]
    assert days.clock() >= target


async def test_backwards_is_refused_and_nothing_moves() -> None:
    """What fell due cannot be undone."""
    days = Days()

    answer = await days.asked_to_be((START - EVERY).isoformat())

    assert (answer.status, days.lived) == (400, [])


@pytest.mark.parametrize("now", ["2026-07-01T09:00:00", "tomorrow", 7, None, ["2026"]])
async def test_a_time_that_is_none_is_refused(now: object) -> None:
    """A time without an offset could be anybody's; anything else is no time."""
    assert (await Days().asked_to_be(now)).status == 400


async def test_a_body_that_is_no_json_is_refused() -> None:
    """Whatever is sent, the clock answers calmly."""
    days = Days()

    assert (await send_request(days.door, "POST", "/_clock", b"now")).status == 400
    assert (await send_request(days.door, "POST", "/_clock", b"[]")).status == 400
