"""What a method of Slack's Web API is, and what it works on."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack_api.api_errors import RefusedError
from bot.sandbox.slack_api.trigger_ids import Tickets
from bot.sandbox.workspace.modals import Windows
from bot.sandbox.workspace.personas import BOT
from bot.sandbox.workspace.workspace import Json, Room, Workspace


@dataclass(frozen=True)
class Place:
    """What a method works on."""

    workspace: Workspace
    windows: Windows
    tickets: Tickets


Scope = Callable[[Place, Json], str]
"""Says which scope a call needs; ``""`` for none."""


@dataclass(frozen=True)
class Method:
    """One method: what it does, which arguments it knows and needs, and its scope."""

    run: Callable[[Place, Json], Json]
    known: frozenset[str]
    needed: tuple[str, ...] = ()
    scope: Scope = lambda _place, _said: ""


def known(names: str) -> frozenset[str]:
    """Return argument names as a method lists them."""
    return frozenset(names.split())


def scoped(name: str) -> Scope:
    """Ask for the same scope whatever the call is about."""
    return lambda _place, _said: name


def is_true(said: object) -> bool:
    """Whether an argument, as text or not, says yes."""
    return str(said).lower() in {"true", "1"}


def room_of(place: Place, channel: str) -> Room:
    """Return the room that *channel* names; a person's id names their chat with the bot."""
    workspace = place.workspace
    person = workspace.person(channel)
    if person and person.id not in workspace.deactivated:
        return workspace.chat(person.id)
    room = workspace.rooms.get(channel)
    if room is None or (BOT not in room.members and room.private):
        raise RefusedError("channel_not_found")
    return room
