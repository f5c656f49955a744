"""Advancing the clock through its endpoint runs a tick at every instant at which a duty is due."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from bot.clock import Clock
from bot.clock_endpoint import build_clock_route
from tests.chat.asgi import Response, send_request

START = datetime(2026, 6, 29, 13, tzinfo=UTC)
DAY = timedelta(days=1)


class DailyDuty:
    """A duty that is due at the start of every day, with a record of its ticks."""

    def __init__(self) -> None:
        """Start the clock on a Monday and serve its endpoint."""
        self.clock = Clock(START)
        self.tick_times: list[datetime] = []
        self.app = Starlette(routes=[build_clock_route(self.clock, self.next_due, self.tick)])

    async def next_due(self, _after: datetime | None) -> datetime | None:
        """Return the start of the next day."""
        return self.clock().replace(hour=0, minute=0, second=0, microsecond=0) + DAY

    async def tick(self) -> None:
        """Record the current time."""
        self.tick_times.append(self.clock())

    async def post_now(self, now: object, **fields: object) -> Response:
        """Post *now* and further *fields* to the endpoint, and return the response."""
        body = json.dumps({"now": now, **fields}).encode()
        return await send_request(self.app, "POST", "/_clock", body)


async def test_advancing_ticks_at_every_due_instant() -> None:
    """Advancing by a week runs a tick at each midnight and at the target."""
    duty = DailyDuty()
    target = START + timedelta(days=7)

    response = await duty.post_now(target.isoformat())

    assert response.status == 200
    midnights = [START.replace(hour=0) + DAY * number for number in range(1, 8)]
    tick_times = [instant.replace(microsecond=0, second=0, minute=0) for instant in duty.tick_times]
    assert tick_times == [START, *midnights, target]
    assert duty.clock() >= target


class StuckDuty(DailyDuty):
    """A duty that stays due at the start, however often it runs, beside the daily one."""

    async def next_due(self, after: datetime | None) -> datetime | None:
        """Return the start until it is excluded, and then the start of the next day."""
        return await super().next_due(after) if after else START


async def test_duty_that_stays_due_does_not_hold_up_the_clock() -> None:
    """The clock passes over a duty that is still due after two ticks, and stops for the others."""
    duty = StuckDuty()
    target = START + timedelta(days=2)

    response = await duty.post_now(target.isoformat())

    assert response.status == 200
    assert [instant.hour for instant in duty.tick_times] == [13, 13, 13, 0, 0, 13]
    assert duty.clock() >= target


async def test_due_instant_at_the_target_has_one_tick() -> None:
    """A target at which a duty is due has one tick, since a second one would find nothing."""
    duty = DailyDuty()

    await duty.post_now((START.replace(hour=0) + DAY).isoformat())

    assert [instant.hour for instant in duty.tick_times] == [13, 0]


async def test_client_can_stop_at_each_due_instant_itself() -> None:
    """Each response has the next due instant; a continuing request has one tick alone."""
    duty = DailyDuty()
    midnight = START.replace(hour=0) + DAY
    first_response = json.loads((await duty.post_now(START.isoformat())).body)

    response = await duty.post_now(first_response["next_due"], continues=True)

    assert first_response["next_due"] == midnight.isoformat()
    assert json.loads(response.body)["next_due"] == (midnight + DAY).isoformat()
    assert duty.tick_times[-1].hour == 0
    assert [instant.hour for instant in duty.tick_times].count(0) == 1


async def test_earlier_time_is_rejected() -> None:
    """An earlier time is rejected with status 400, and no tick runs."""
    duty = DailyDuty()

    response = await duty.post_now((START - DAY).isoformat())

    assert (response.status, duty.tick_times) == (400, [])


@pytest.mark.parametrize("now", ["2026-07-01T09:00:00", "tomorrow", 7, None, ["2026"]])
async def test_malformed_time_is_rejected(now: object) -> None:
    """A time without a UTC offset, or any other value, is rejected with status 400."""
    assert (await DailyDuty().post_now(now)).status == 400


async def test_malformed_body_is_rejected() -> None:
    """A body that is not a JSON object is rejected with status 400."""
    duty = DailyDuty()

    assert (await send_request(duty.app, "POST", "/_clock", b"now")).status == 400
    assert (await send_request(duty.app, "POST", "/_clock", b"[]")).status == 400
