"""The workspace as one JSON file, so that a visitor finds everything as they left it."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.sandbox.workspace.clock import SandboxClock
from bot.sandbox.workspace.personas import SamplePractice
from bot.sandbox.workspace.workspace import Conversation, Json, Message, Notice, OpenView, Workspace

_FORMAT_VERSION = 1
"""Of the file's shape; a file of another edition is not read."""


class UnreadableSnapshotError(Exception):
    """What is kept was written by another version, or is damaged: only a fresh start helps."""


def save_workspace(workspace: Workspace, file: Path) -> None:
    """Write the workspace to *file*, whole or not at all."""
    beside = file.with_suffix(".new")
    beside.write_text(
        json.dumps(_serialize_workspace(workspace), ensure_ascii=False), encoding="utf-8"
    )
    beside.replace(file)


def load_workspace(sample_practice: SamplePractice, file: Path) -> Workspace | None:
    """Read the workspace back, its clock at the later of then and now; ``None`` if there is none.

    Time that passed while nobody practised has passed for the bot too. Raises UnreadableError.
    """
    if not file.exists():
        return None
    try:
        return _deserialize_workspace(sample_practice, json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError, LookupError) as broken:
        raise UnreadableSnapshotError(file.name) from broken


def _serialize_workspace(workspace: Workspace) -> Json:
    return {
        "edition": _FORMAT_VERSION,
        "now": workspace.clock.now().isoformat(),
        "rooms": [asdict(room) for room in workspace.conversations.values()],
        "stacks": {who: [asdict(one) for one in s] for who, s in workspace.modal_stacks.items()},
        "homes": {who: asdict(one) for who, one in workspace.homes.items()},
        "notices": {who: [asdict(one) for one in n] for who, n in workspace.notices.items()},
        "read": workspace.read_markers,
        "zones": {one.id: one.zone for one in workspace.people.values()},
        "deactivated": sorted(workspace.deactivated_ids),
        "scopes": sorted(workspace.granted_scopes),
        "numbers": workspace.counters,
        "version": workspace.version,
    }


def _deserialize_workspace(sample_practice: SamplePractice, data: Json) -> Workspace:
    if data["edition"] != _FORMAT_VERSION:
        raise UnreadableSnapshotError
    clock = SandboxClock()
    clock.move_to(max(datetime.fromisoformat(data["now"]), clock.now()))
    workspace = Workspace(sample_practice, clock)
    _fill_workspace(workspace, data)
    return workspace


def _fill_workspace(workspace: Workspace, data: Json) -> None:
    rooms = [_parse_conversation(one) for one in data["rooms"]]
    workspace.conversations = {room.id: room for room in rooms}
    workspace.modal_stacks = _map_values(
        data["stacks"], lambda stack: [OpenView(**one) for one in stack]
    )
    workspace.homes = _map_values(data["homes"], lambda one: OpenView(**one))
    workspace.notices = _map_values(
        data["notices"], lambda listed: [Notice(**one) for one in listed]
    )
    workspace.read_markers = data["read"]
    for one, zone in data["zones"].items():
        workspace.people[one] = replace(workspace.people[one], zone=zone)
    workspace.deactivated_ids = set(data["deactivated"])
    workspace.granted_scopes = set(data["scopes"])
    workspace.counters = data["numbers"]
    workspace.version = data["version"]
    for post in (post for room in rooms for post in room.posts):
        workspace.clock.advance_past(post.ts)


def _parse_conversation(data: Json) -> Conversation:
    return Conversation(**{**data, "posts": [Message(**post) for post in data["posts"]]})


def _map_values(data: Json, build_value: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: build_value(one) for name, one in data.items()}
