from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from bot.sandbox.workspace.time_travel import CHECKIN_ACTION_ID, ClockError
from tests.sandbox.block_kit.samples import build_actions, build_button
from tests.sandbox.fake_bot import FakeBot

ASKED = [build_actions(build_button(action_id=CHECKIN_ACTION_ID))]


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """Return an instant of autumn 2026, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_the_next_check_in_is_in_ones_own_zone(engine: SandboxEngine) -> None:
    """Nine on Monday is another instant in Toronto, in Halifax and in Vancouver."""
    cast, jumps = engine.workspace.sample_practice, engine.time_travel

    assert jumps.next_checkin(cast.get_persona("U0CLIN01")) == at(30, 14)
    assert jumps.next_checkin(cast.get_persona("U0CLIN06")) == at(30, 13)
    assert jumps.next_checkin(cast.get_persona("U0CLIN21")) == at(30, 17)
    assert jumps.next_checkin(cast.get_persona("U0CLIN25")) == at(25, 17, 30)
    assert jumps.next_checkin(cast.get_persona("U0SUPER1")) is None


def test_a_period_closes_on_a_monday_of_its_own_length(engine: SandboxEngine) -> None:
    """Four weeks for the large team, thirteen for the small one, the sooner for the director."""
    cast, jumps = engine.workspace.sample_practice, engine.time_travel

    assert jumps.next_period_end(cast.get_persona("U0CLIN01")) == at(7, 5, month=12)
    assert jumps.next_period_end(cast.get_persona("U0SUPER2")) == datetime(
        2027, 1, 4, 5, tzinfo=UTC
    )
    assert jumps.next_period_end(cast.get_persona("U0DIREC1")) == at(7, 5, month=12)


async def test_time_is_lived_through_and_not_skipped(bot: FakeBot, engine: SandboxEngine) -> None:
    """A week stops at each tip and each check-in, in order, and ends where it was to end."""
    until = engine.workspace.clock.now() + timedelta(weeks=1)

    await engine.time_travel.jump_to(until)

    assert bot.clock_times == sorted(bot.clock_times)
    assert bot.clock_times[-1] == until
    assert {at(26, 14), at(25, 17, 30), at(30, 5), at(30, 13), at(30, 14)} <= set(bot.clock_times)


async def test_a_message_bears_the_time_at_which_it_came(
    bot: FakeBot, engine: SandboxEngine, client: AsyncWebClient
) -> None:
    """After a jump, messages are stamped with practice time, in order."""
    early = (await client.chat_postMessage(channel="C0NORTH", text="x"))["ts"]
    await engine.time_travel.jump_to(at(30, 14))
    late = (await client.chat_postMessage(channel="C0NORTH", text="x"))["ts"]

    assert float(late) - at(30, 14).timestamp() < 60
    assert float(early) < at(30, 14).timestamp() < float(late)


async def test_a_jump_leads_to_ones_own_check_in(bot: FakeBot, engine: SandboxEngine) -> None:
    """It stops right there; without a person, at the first of anybody's."""
    await engine.time_travel.jump_to_checkin(None)
    assert bot.clock_times[-1] == at(25, 16, 30)
    await engine.time_travel.jump_to_checkin(
        engine.workspace.sample_practice.get_persona("U0CLIN01")
    )
    assert bot.clock_times[-1] == at(30, 14)

    with pytest.raises(ClockError, match="no_checkin"):
        await engine.time_travel.jump_to_checkin(
            engine.workspace.sample_practice.get_persona("U0SUPER1")
        )


async def test_a_moved_check_in_is_known_by_the_last_one(
    engine: SandboxEngine, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """Whoever was asked on a Tuesday at ten is next asked a week later at ten."""
    await client.chat_postMessage(channel=ilse.chat_id, text="x", blocks=ASKED)

    assert engine.time_travel.next_checkin(ilse.person) == at(1, 15, month=12)


async def test_a_check_in_moved_since_is_looked_for(
    engine: SandboxEngine, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """The jump goes on by the hour until the question has come."""
    await client.chat_postMessage(channel=ilse.chat_id, text="x", blocks=ASKED)
    step, due = engine.time_travel._move_clock, at(2, 18, month=12)

    async def delivering(instant: datetime) -> None:
        await step(instant)
        if instant >= due and len(ilse.visible_messages()) < 2:
            await client.chat_postMessage(channel=ilse.chat_id, text="x", blocks=ASKED)

    engine.time_travel._move_clock = delivering  # type: ignore[method-assign]  # the bot's own delivery
    await engine.time_travel.jump_to_checkin(ilse.person)

    assert len(ilse.visible_messages()) == 2
    assert due <= engine.workspace.clock.now() < due + timedelta(hours=1, minutes=1)


async def test_a_clock_that_does_not_move_is_said(bot: FakeBot, engine: SandboxEngine) -> None:
    """A bot that is not in test mode, or not there, is no clock."""
    engine.time_travel._bot_url = f"{bot.url}/elsewhere"
    with pytest.raises(ClockError, match="refused"):
        await engine.time_travel.jump_to(at(24, 16))
    engine.time_travel._bot_url = "http://127.0.0.1:1"
    with pytest.raises(ClockError, match="unreached"):
        await engine.time_travel.jump_to(at(30, 14))
