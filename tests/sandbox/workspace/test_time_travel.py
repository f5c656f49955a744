from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from bot.sandbox.workspace.time_travel import CHECKIN_ACTION_ID, ClockError, TimeTravel
from tests.sandbox.block_kit.samples import build_actions, build_button
from tests.sandbox.fake_bot import FakeBot

CHECKIN_BLOCKS = [build_actions(build_button(action_id=CHECKIN_ACTION_ID))]


def utc_instant(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """Return an aware datetime of autumn 2026, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_next_checkin_is_in_the_persons_time_zone(engine: SandboxEngine) -> None:
    """Nine on Monday is a different instant in Toronto, Halifax and Vancouver."""
    sample_practice, time_travel = engine.workspace.sample_practice, engine.time_travel

    assert time_travel.next_checkin(sample_practice.get_persona("U0CLIN01")) == utc_instant(30, 14)
    assert time_travel.next_checkin(sample_practice.get_persona("U0CLIN06")) == utc_instant(30, 13)
    assert time_travel.next_checkin(sample_practice.get_persona("U0CLIN21")) == utc_instant(30, 17)
    assert time_travel.next_checkin(sample_practice.get_persona("U0CLIN25")) == utc_instant(
        25, 17, 30
    )
    assert time_travel.next_checkin(sample_practice.get_persona("U0SUPER1")) is None


def test_a_period_ends_on_a_monday_after_its_length(engine: SandboxEngine) -> None:
    """It is four weeks for the large team, 13 for the small one; a director gets the earlier."""
    sample_practice, time_travel = engine.workspace.sample_practice, engine.time_travel

    assert time_travel.next_period_end(sample_practice.get_persona("U0CLIN01")) == utc_instant(
        7, 5, month=12
    )
    assert time_travel.next_period_end(sample_practice.get_persona("U0SUPER2")) == datetime(
        2027, 1, 4, 5, tzinfo=UTC
    )
    assert time_travel.next_period_end(sample_practice.get_persona("U0DIREC1")) == utc_instant(
        7, 5, month=12
    )


async def test_a_jump_stops_at_each_due_instant(bot: FakeBot, engine: SandboxEngine) -> None:
    """A jump stops at each instant at which a duty of the bot is due, and ends at its target."""
    target = utc_instant(30, 15)
    bot.due_instants = [utc_instant(25, 17, 30), utc_instant(26, 14), utc_instant(30, 16)]

    await engine.time_travel.jump_to(target)

    assert bot.clock_times[1:] == [utc_instant(25, 17, 30), utc_instant(26, 14), target]


async def test_a_message_timestamp_is_the_sandbox_time(
    bot: FakeBot, engine: SandboxEngine, client: AsyncWebClient
) -> None:
    """After a jump, timestamps use the new time and remain in ascending order."""
    first_timestamp = (await client.chat_postMessage(channel="C0NORTH", text="x"))["ts"]
    await engine.time_travel.jump_to(utc_instant(30, 14))
    second_timestamp = (await client.chat_postMessage(channel="C0NORTH", text="x"))["ts"]

    assert float(second_timestamp) - utc_instant(30, 14).timestamp() < 60
    assert float(first_timestamp) < utc_instant(30, 14).timestamp() < float(second_timestamp)


async def test_a_jump_to_a_checkin_ends_at_its_instant(bot: FakeBot, engine: SandboxEngine) -> None:
    """Without a person, it ends at the first check-in of any person."""
    await engine.time_travel.jump_to_checkin(None)
    assert bot.clock_times[-1] == utc_instant(25, 16, 30)
    await engine.time_travel.jump_to_checkin(
        engine.workspace.sample_practice.get_persona("U0CLIN01")
    )
    assert bot.clock_times[-1] == utc_instant(30, 14)

    with pytest.raises(ClockError, match="no_checkin"):
        await engine.time_travel.jump_to_checkin(
            engine.workspace.sample_practice.get_persona("U0SUPER1")
        )


async def test_next_checkin_follows_the_last_message(
    engine: SandboxEngine, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """A person with a last check-in on a Tuesday at ten has the next one a week later at ten."""
    await client.chat_postMessage(channel=ilse.chat_id, text="x", blocks=CHECKIN_BLOCKS)

    assert engine.time_travel.next_checkin(ilse.person) == utc_instant(1, 15, month=12)


@asynccontextmanager
async def deliver_at(
    due_at: datetime, engine: SandboxEngine, client: AsyncWebClient, ilse: PersonaDriver
) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session after whose first request at or after *due_at* a check-in is posted."""
    message_count = len(ilse.visible_messages())

    async def deliver_when_due(*_arguments: object) -> None:
        is_missing = len(ilse.visible_messages()) == message_count
        if engine.workspace.clock.now() >= due_at and is_missing:
            await client.chat_postMessage(channel=ilse.chat_id, text="x", blocks=CHECKIN_BLOCKS)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(deliver_when_due)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        yield session


async def test_a_jump_searches_for_a_moved_checkin(
    bot: FakeBot, engine: SandboxEngine, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """The jump goes from one due instant to the next until the check-in has arrived."""
    await client.chat_postMessage(channel=ilse.chat_id, text="x", blocks=CHECKIN_BLOCKS)
    due_at = utc_instant(2, 18, month=12)
    bot.due_instants = [utc_instant(2, 17, month=12), due_at, utc_instant(2, 19, month=12)]

    async with deliver_at(due_at, engine, client, ilse) as session:
        time_travel = TimeTravel(engine.workspace, bot.url, lambda: session)
        await time_travel.jump_to_checkin(ilse.person)

    assert len(ilse.visible_messages()) == 2
    assert bot.clock_times[-1] == due_at


async def test_a_failed_clock_request_raises(bot: FakeBot, engine: SandboxEngine) -> None:
    """A bot without the test endpoint, or without a server, raises ClockError."""
    get_session = engine.http_transport.get_session
    without_endpoint = TimeTravel(engine.workspace, f"{bot.url}/elsewhere", get_session)
    without_server = TimeTravel(engine.workspace, "http://127.0.0.1:1", get_session)

    with pytest.raises(ClockError, match="refused"):
        await without_endpoint.jump_to(utc_instant(24, 16))
    with pytest.raises(ClockError, match="unreached"):
        await without_server.jump_to(utc_instant(30, 14))
