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
from tests.sandbox.workspace.test_actions import open_form


async def test_a_loaded_workspace_equals_the_saved_one(
    engine: SandboxEngine, client: AsyncWebClient, ilse: PersonaDriver, tmp_path: Path
) -> None:
    """Messages, modals with entered values, Home, notices and counters are restored."""
    await client.chat_postMessage(
        channel="U0CLIN01", text="x", metadata={"event_type": "d", "event_payload": {"id": "7"}}
    )
    await client.views_publish(user_id="U0CLIN01", view=build_home())
    await open_form(client, engine, build_modal())
    await ilse.choose_answer("pick", "b")
    engine.workspace.add_notice("U0CLIN01", "Something")
    file = tmp_path / "workspace.json"

    snapshot.save_workspace(engine.workspace, file)
    loaded = snapshot.load_workspace(SAMPLE_PRACTICE, file)

    assert loaded is not None
    assert loaded.conversations == engine.workspace.conversations
    assert loaded.notices == engine.workspace.notices
    assert loaded.counters == engine.workspace.counters
    assert modals.render_view(loaded.modal_stacks["U0CLIN01"][0]) == ilse.rendered_modal
    assert modals.render_view(loaded.homes["U0CLIN01"]) == ilse.rendered_home


async def test_a_loaded_clock_is_never_earlier(engine: SandboxEngine, tmp_path: Path) -> None:
    """It is the later of the saved time and the machine's time; new timestamps are greater."""
    workspace, file = engine.workspace, tmp_path / "workspace.json"
    workspace.clock.move_to(workspace.clock.now() + timedelta(days=4000))
    conversation = workspace.conversations["C0NORTH"]
    await engine.persona_actions.write_message(
        SAMPLE_PRACTICE.get_persona("U0CLIN01"), conversation.id, "x"
    )

    snapshot.save_workspace(workspace, file)
    loaded = snapshot.load_workspace(SAMPLE_PRACTICE, file)

    assert loaded is not None
    assert loaded.clock.now() - workspace.clock.now() < timedelta(minutes=1)
    assert loaded.clock.next_timestamp() > conversation.posts[-1].ts


def test_a_missing_file_returns_none(tmp_path: Path) -> None:
    """Without a snapshot file, loading returns None and raises no exception."""
    assert snapshot.load_workspace(SAMPLE_PRACTICE, tmp_path / "workspace.json") is None


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", '{"edition": 0}', '{"edition": 2}', '{"edition": 2, "now": "some day"}'],
)
def test_an_invalid_file_raises(tmp_path: Path, content: str) -> None:
    """A file with invalid JSON, missing keys or another version raises UnreadableSnapshotError."""
    file = tmp_path / "workspace.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(snapshot.UnreadableSnapshotError):
        snapshot.load_workspace(SAMPLE_PRACTICE, file)


async def test_an_unknown_persona_in_the_file_raises(engine: SandboxEngine, tmp_path: Path) -> None:
    """A file with a person who is not a persona was saved by another version."""
    file = tmp_path / "workspace.json"
    snapshot.save_workspace(engine.workspace, file)

    with pytest.raises(snapshot.UnreadableSnapshotError):
        snapshot.load_workspace(
            replace(SAMPLE_PRACTICE, personas=SAMPLE_PRACTICE.personas[:-1]), file
        )
