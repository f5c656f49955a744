"""The workspace as one JSON file, so that a visitor finds everything as they left it."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.sandbox.workspace.clock import PracticeClock
from bot.sandbox.workspace.personas import Cast
from bot.sandbox.workspace.workspace import Json, Notice, Post, Room, Window, Workspace

_EDITION = 1
"""Of the file's shape; a file of another edition is not read."""


class UnreadableError(Exception):
    """What is kept was written by another version, or is damaged: only a fresh start helps."""


def save(workspace: Workspace, file: Path) -> None:
    """Write the workspace to *file*, whole or not at all."""
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(_told(workspace), ensure_ascii=False), encoding="utf-8")
    beside.replace(file)


def load(cast: Cast, file: Path) -> Workspace | None:
    """Read the workspace back, its clock at the later of then and now; ``None`` if there is none.

    Time that passed while nobody practised has passed for the bot too. Raises UnreadableError.
    """
    if not file.exists():
        return None
    try:
        return _restored(cast, json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError, LookupError) as broken:
        raise UnreadableError(file.name) from broken


def _told(workspace: Workspace) -> Json:
    return {
        "edition": _EDITION,
        "now": workspace.clock.now().isoformat(),
        "rooms": [asdict(room) for room in workspace.rooms.values()],
        "stacks": {who: [asdict(one) for one in s] for who, s in workspace.stacks.items()},
        "homes": {who: asdict(one) for who, one in workspace.homes.items()},
        "notices": {who: [asdict(one) for one in n] for who, n in workspace.notices.items()},
        "read": workspace.read,
        "zones": {one.id: one.zone for one in workspace.people.values()},
        "deactivated": sorted(workspace.deactivated),
        "scopes": sorted(workspace.scopes),
        "numbers": workspace.numbers,
        "version": workspace.version,
    }


def _restored(cast: Cast, told: Json) -> Workspace:
    if told["edition"] != _EDITION:
        raise UnreadableError
    clock = PracticeClock()
    clock.move_to(max(datetime.fromisoformat(told["now"]), clock.now()))
    workspace = Workspace(cast, clock)
    _restore(workspace, told)
    return workspace


def _restore(workspace: Workspace, told: Json) -> None:
    rooms = [_room(one) for one in told["rooms"]]
    workspace.rooms = {room.id: room for room in rooms}
    workspace.stacks = _each(told["stacks"], lambda stack: [Window(**one) for one in stack])
    workspace.homes = _each(told["homes"], lambda one: Window(**one))
    workspace.notices = _each(told["notices"], lambda listed: [Notice(**one) for one in listed])
    workspace.read = told["read"]
    for one, zone in told["zones"].items():
        workspace.people[one] = replace(workspace.people[one], zone=zone)
    workspace.deactivated = set(told["deactivated"])
    workspace.scopes = set(told["scopes"])
    workspace.numbers = told["numbers"]
    workspace.version = told["version"]
    for post in (post for room in rooms for post in room.posts):
        workspace.clock.after(post.ts)


def _room(told: Json) -> Room:
    return Room(**{**told, "posts": [Post(**post) for post in told["posts"]]})


def _each(told: Json, made: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: made(one) for name, one in told.items()}
