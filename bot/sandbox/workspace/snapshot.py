"""Snapshot of the workspace as one JSON file, so that its state survives a restart."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.sandbox.workspace.clock import SandboxClock
from bot.sandbox.workspace.personas import SamplePractice
from bot.sandbox.workspace.workspace import Conversation, Json, Message, Notice, OpenView, Workspace

_FORMAT_VERSION = 2
"""Version of the JSON schema; a file of another version raises UnreadableSnapshotError."""


class UnreadableSnapshotError(Exception):
    """Raised for a snapshot of another version or a damaged file: the folder must be reset."""


def save_workspace(workspace: Workspace, file: Path) -> None:
    """Write the workspace to *file* atomically, through a temporary file and a rename."""
    temporary_file = file.with_suffix(".new")
    # Copies of all messages, as dataclasses.asdict makes, would take ten times as long.
    text = json.dumps(_serialize_workspace(workspace), ensure_ascii=False, default=vars)
    temporary_file.write_text(text, encoding="utf-8")
    temporary_file.replace(file)


def load_workspace(sample_practice: SamplePractice, file: Path) -> Workspace | None:
    """Parse the snapshot *file*; return ``None`` if there is no such file.

    The clock is set to the later of the saved time and the machine's time, because the bot's
    clock also includes the time since the last run. Raises UnreadableSnapshotError.
    """
    if not file.exists():
        return None
    try:
        return _deserialize_workspace(sample_practice, json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise UnreadableSnapshotError(file.name) from error


def _serialize_workspace(workspace: Workspace) -> Json:
    """Return the state as JSON types and dataclasses. The keys are those of the file's schema."""
    return {
        "edition": _FORMAT_VERSION,
        "now": workspace.clock.now().isoformat(),
        "rooms": list(workspace.conversations.values()),
        "stacks": workspace.modal_stacks,
        "homes": workspace.homes,
        "notices": workspace.notices,
        "read": workspace.read_markers,
        "zones": {person.id: person.zone for person in workspace.people.values()},
        "deactivated": sorted(workspace.deactivated_ids),
        "scopes": sorted(workspace.granted_scopes),
        "numbers": workspace.counters,
        "version": workspace.version,
    }


def _deserialize_workspace(sample_practice: SamplePractice, data: Json) -> Workspace:
    """Build a workspace from parsed JSON; raises for a missing key or another version."""
    if data["edition"] != _FORMAT_VERSION:
        raise UnreadableSnapshotError
    clock = SandboxClock()
    clock.move_to(max(datetime.fromisoformat(data["now"]), clock.now()))
    workspace = Workspace(sample_practice, clock)
    _fill_workspace(workspace, data)
    return workspace


def _fill_workspace(workspace: Workspace, data: Json) -> None:
    """Replace the default state, and make new timestamps greater than all loaded ones."""
    conversations = [_parse_conversation(room) for room in data["rooms"]]
    workspace.conversations = {conversation.id: conversation for conversation in conversations}
    workspace.modal_stacks = _map_values(
        data["stacks"], lambda stack: [OpenView(**fields) for fields in stack]
    )
    workspace.homes = _map_values(data["homes"], lambda fields: OpenView(**fields))
    workspace.notices = _map_values(
        data["notices"], lambda notices: [Notice(**fields) for fields in notices]
    )
    workspace.read_markers = data["read"]
    for person_id, zone in data["zones"].items():
        workspace.people[person_id] = replace(workspace.people[person_id], zone=zone)
    workspace.deactivated_ids = set(data["deactivated"])
    workspace.granted_scopes = set(data["scopes"])
    workspace.counters = data["numbers"]
    workspace.version = data["version"]
    for conversation in conversations:
        for message in conversation.posts:
            workspace.clock.skip_timestamps_through(message.ts)


def _parse_conversation(data: Json) -> Conversation:
    return Conversation(**{**data, "posts": [Message(**fields) for fields in data["posts"]]})


def _map_values(data: Json, build_value: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: build_value(value) for name, value in data.items()}
