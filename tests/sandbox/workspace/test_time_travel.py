from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.persona_driver import Hands
from bot.sandbox.workspace.time_travel import CHECKIN, ClockError
from tests.sandbox.block_kit.samples import actions, button
from tests.sandbox.fake_bot import FakeBot

ASKED = [actions(button(action_id=CHECKIN))]


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """Return an instant of autumn 2026, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_the_next_check_in_is_in_ones_own_zone(engine: Engine) -> None:
    """Nine on Monday is another instant in Toronto, in Halifax and in Vancouver."""
    cast, jumps = engine.workspace.cast, engine.jumps

    assert jumps.next_checkin(cast.persona("U0CLIN01")) == at(30, 14)
    assert jumps.next_checkin(cast.persona("U0CLIN06")) == at(30, 13)
    assert jumps.next_checkin(cast.persona("U0CLIN21")) == at(30, 17)
    assert jumps.next_checkin(cast.persona("U0CLIN25")) == at(25, 17, 30)
    assert jumps.next_checkin(cast.persona("U0SUPER1")) is None


def test_a_period_closes_on_a_monday_of_its_own_length(engine: Engine) -> None:
    """Four weeks for the large team, thirteen for the small one, the sooner for the director."""
    cast, jumps = engine.workspace.cast, engine.jumps

    assert jumps.next_close(cast.persona("U0CLIN01")) == at(7, 5, month=12)
    assert jumps.next_close(cast.persona("U0SUPER2")) == datetime(2027, 1, 4, 5, tzinfo=UTC)
    assert jumps.next_close(cast.persona("U0DIREC1")) == at(7, 5, month=12)


async def test_time_is_lived_through_and_not_skipped(bot: FakeBot, engine: Engine) -> None:
    """A week stops at each tip and each check-in, in order, and ends where it was to end."""
    until = engine.workspace.clock.now() + timedelta(weeks=1)

    await engine.jumps.to(until)

    assert bot.clock == sorted(bot.clock)
    assert bot.clock[-1] == until
    assert {at(26, 14), at(25, 17, 30), at(30, 5), at(30, 13), at(30, 14)} <= set(bot.clock)


async def test_a_message_bears_the_time_at_which_it_came(
    bot: FakeBot, engine: Engine, client: AsyncWebClient
) -> None:
    """After a jump, messages are stamped with practice time, in order."""
    early = (await client.chat_postMessage(channel="C0NORTH", text="x"))["ts"]
    await engine.jumps.to(at(30, 14))
    late = (await client.chat_postMessage(channel="C0NORTH", text="x"))["ts"]

    assert float(late) - at(30, 14).timestamp() < 60
    assert float(early) < at(30, 14).timestamp() < float(late)


async def test_a_jump_leads_to_ones_own_check_in(bot: FakeBot, engine: Engine) -> None:
    """It stops right there; without a person, at the first of anybody's."""
    await engine.jumps.to_checkin(None)
    assert bot.clock[-1] == at(25, 16, 30)
    await engine.jumps.to_checkin(engine.workspace.cast.persona("U0CLIN01"))
    assert bot.clock[-1] == at(30, 14)

    with pytest.raises(ClockError, match="no_checkin"):
        await engine.jumps.to_checkin(engine.workspace.cast.persona("U0SUPER1"))


async def test_a_moved_check_in_is_known_by_the_last_one(
    engine: Engine, client: AsyncWebClient, ilse: Hands
) -> None:
    """Whoever was asked on a Tuesday at ten is next asked a week later at ten."""
    await client.chat_postMessage(channel=ilse.chat, text="x", blocks=ASKED)

    assert engine.jumps.next_checkin(ilse.person) == at(1, 15, month=12)


async def test_a_check_in_moved_since_is_looked_for(
    engine: Engine, client: AsyncWebClient, ilse: Hands
) -> None:
    """The jump goes on by the hour until the question has come."""
    await client.chat_postMessage(channel=ilse.chat, text="x", blocks=ASKED)
    step, due = engine.jumps._step, at(2, 18, month=12)

    async def delivering(instant: datetime) -> None:
        await step(instant)
        if instant >= due and len(ilse.posts()) < 2:
            await client.chat_postMessage(channel=ilse.chat, text="x", blocks=ASKED)

    engine.jumps._step = delivering  # type: ignore[method-assign]  # the bot's own delivery
    await engine.jumps.to_checkin(ilse.person)

    assert len(ilse.posts()) == 2
    assert due <= engine.workspace.clock.now() < due + timedelta(hours=1, minutes=1)


async def test_a_clock_that_does_not_move_is_said(bot: FakeBot, engine: Engine) -> None:
    """A bot that is not in test mode, or not there, is no clock."""
    engine.jumps._bot = f"{bot.url}/elsewhere"
    with pytest.raises(ClockError, match="refused"):
        await engine.jumps.to(at(24, 16))
    engine.jumps._bot = "http://127.0.0.1:1"
    with pytest.raises(ClockError, match="unreached"):
        await engine.jumps.to(at(30, 14))
