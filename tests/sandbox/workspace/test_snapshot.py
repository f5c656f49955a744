from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import modals, snapshot
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from bot.sandbox.workspace.personas import SAMPLE_PRACTICE
from tests.sandbox.block_kit.samples import build_home, build_modal
from tests.sandbox.workspace.test_actions import opened


async def test_a_visitor_finds_everything_as_they_left_it(
    engine: SandboxEngine, client: AsyncWebClient, ilse: PersonaDriver, tmp_path: Path
) -> None:
    """Messages, forms with what was entered, Home, notices and numbers are there again."""
    await client.chat_postMessage(
        channel="U0CLIN01", text="x", metadata={"event_type": "d", "event_payload": {"id": "7"}}
    )
    await client.views_publish(user_id="U0CLIN01", view=build_home())
    await opened(client, engine, build_modal())
    await ilse.choose_answer("pick", "b")
    engine.workspace.add_notice("U0CLIN01", "Something")
    file = tmp_path / "workspace.json"

    snapshot.save_workspace(engine.workspace, file)
    again = snapshot.load_workspace(SAMPLE_PRACTICE, file)

    assert again is not None
    assert again.conversations == engine.workspace.conversations
    assert again.notices == engine.workspace.notices
    assert again.counters == engine.workspace.counters
    assert modals.render_view(again.modal_stacks["U0CLIN01"][0]) == ilse.rendered_modal
    assert modals.render_view(again.homes["U0CLIN01"]) == ilse.rendered_home


async def test_practice_time_goes_on_and_never_back(engine: SandboxEngine, tmp_path: Path) -> None:
    """The clock starts where it was, or at the present, whichever is later; stamps go on."""
    workspace, file = engine.workspace, tmp_path / "workspace.json"
    workspace.clock.move_to(workspace.clock.now() + timedelta(days=4000))
    room = workspace.conversations["C0NORTH"]
    await engine.persona_actions.write_message(
        SAMPLE_PRACTICE.get_persona("U0CLIN01"), room.id, "x"
    )

    snapshot.save_workspace(workspace, file)
    again = snapshot.load_workspace(SAMPLE_PRACTICE, file)

    assert again is not None
    assert again.clock.now() - workspace.clock.now() < timedelta(minutes=1)
    assert again.clock.next_timestamp() > room.posts[-1].ts


def test_nothing_is_found_where_nobody_has_practised(tmp_path: Path) -> None:
    """Without a file there is nothing to come back to, and nothing is wrong."""
    assert snapshot.load_workspace(SAMPLE_PRACTICE, tmp_path / "workspace.json") is None


@pytest.mark.parametrize(
    "written",
    ["{", "[]", "{}", '{"edition": 0}', '{"edition": 1}', '{"edition": 1, "now": "some day"}'],
)
def test_a_file_of_another_version_is_not_taken_for_ours(tmp_path: Path, written: str) -> None:
    """What cannot be read is told, and starts no practice in the middle of something else."""
    file = tmp_path / "workspace.json"
    file.write_text(written, encoding="utf-8")

    with pytest.raises(snapshot.UnreadableSnapshotError):
        snapshot.load_workspace(SAMPLE_PRACTICE, file)


async def test_somebody_who_left_the_cast_makes_a_file_unreadable(
    engine: SandboxEngine, tmp_path: Path
) -> None:
    """A workspace whose people are others than ours was kept by another version."""
    file = tmp_path / "workspace.json"
    snapshot.save_workspace(engine.workspace, file)

    with pytest.raises(snapshot.UnreadableSnapshotError):
        snapshot.load_workspace(
            replace(SAMPLE_PRACTICE, personas=SAMPLE_PRACTICE.personas[:-1]), file
        )
