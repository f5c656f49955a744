from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import modals, snapshot
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.persona_driver import Hands
from bot.sandbox.workspace.personas import CAST
from tests.sandbox.block_kit.samples import home, modal
from tests.sandbox.workspace.test_actions import opened


async def test_a_visitor_finds_everything_as_they_left_it(
    engine: Engine, client: AsyncWebClient, ilse: Hands, tmp_path: Path
) -> None:
    """Messages, forms with what was entered, Home, notices and numbers are there again."""
    await client.chat_postMessage(
        channel="U0CLIN01", text="x", metadata={"event_type": "d", "event_payload": {"id": "7"}}
    )
    await client.views_publish(user_id="U0CLIN01", view=home())
    await opened(client, engine, modal())
    await ilse.choose("pick", "b")
    engine.workspace.notify("U0CLIN01", "Something")
    file = tmp_path / "workspace.json"

    snapshot.save(engine.workspace, file)
    again = snapshot.load(CAST, file)

    assert again is not None
    assert again.rooms == engine.workspace.rooms
    assert again.notices == engine.workspace.notices
    assert again.numbers == engine.workspace.numbers
    assert modals.told(again.stacks["U0CLIN01"][0]) == ilse.view
    assert modals.told(again.homes["U0CLIN01"]) == ilse.page


async def test_practice_time_goes_on_and_never_back(engine: Engine, tmp_path: Path) -> None:
    """The clock starts where it was, or at the present, whichever is later; stamps go on."""
    workspace, file = engine.workspace, tmp_path / "workspace.json"
    workspace.clock.move_to(workspace.clock.now() + timedelta(days=4000))
    room = workspace.rooms["C0NORTH"]
    await engine.acts.say(CAST.persona("U0CLIN01"), room.id, "x")

    snapshot.save(workspace, file)
    again = snapshot.load(CAST, file)

    assert again is not None
    assert again.clock.now() - workspace.clock.now() < timedelta(minutes=1)
    assert again.clock.stamp() > room.posts[-1].ts


def test_nothing_is_found_where_nobody_has_practised(tmp_path: Path) -> None:
    """Without a file there is nothing to come back to, and nothing is wrong."""
    assert snapshot.load(CAST, tmp_path / "workspace.json") is None


@pytest.mark.parametrize(
    "written",
    ["{", "[]", "{}", '{"edition": 0}', '{"edition": 1}', '{"edition": 1, "now": "some day"}'],
)
def test_a_file_of_another_version_is_not_taken_for_ours(tmp_path: Path, written: str) -> None:
    """What cannot be read is told, and starts no practice in the middle of something else."""
    file = tmp_path / "workspace.json"
    file.write_text(written, encoding="utf-8")

    with pytest.raises(snapshot.UnreadableError):
        snapshot.load(CAST, file)


async def test_somebody_who_left_the_cast_makes_a_file_unreadable(
    engine: Engine, tmp_path: Path
) -> None:
    """A workspace whose people are others than ours was kept by another version."""
    file = tmp_path / "workspace.json"
    snapshot.save(engine.workspace, file)

    with pytest.raises(snapshot.UnreadableError):
        snapshot.load(replace(CAST, personas=CAST.personas[:-1]), file)
