"""What a method of Slack's Web API is, and what it works on."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.trigger_ids import TriggerIds
from bot.sandbox.workspace.modals import ModalStack
from bot.sandbox.workspace.personas import BOT_USER_ID
from bot.sandbox.workspace.workspace import Conversation, Json, Workspace


@dataclass(frozen=True)
class SlackState:
    """What a method works on."""

    workspace: Workspace
    modal_stack: ModalStack
    trigger_ids: TriggerIds


ScopeResolver = Callable[[SlackState, Json], str]
"""Says which scope a call needs; ``""`` for none."""


@dataclass(frozen=True)
class Method:
    """One method: what it does, which arguments it knows and needs, and its scope."""

    run: Callable[[SlackState, Json], Json]
    argument_names: frozenset[str]
    required_arguments: tuple[str, ...] = ()
    resolve_scope: ScopeResolver = lambda _place, _said: ""


def parse_argument_names(names: str) -> frozenset[str]:
    """Return argument names as a method lists them."""
    return frozenset(names.split())


def fixed_scope(scope_name: str) -> ScopeResolver:
    """Ask for the same scope whatever the call is about."""
    return lambda _place, _said: scope_name


def is_true(value: object) -> bool:
    """Whether an argument, as text or not, says yes."""
    return str(value).lower() in {"true", "1"}


def resolve_conversation(slack_state: SlackState, channel: str) -> Conversation:
    """Return the room that *channel* names; a person's id names their chat with the bot."""
    workspace = slack_state.workspace
    person = workspace.find_person(channel)
    if person and person.id not in workspace.deactivated_ids:
        return workspace.get_bot_chat(person.id)
    room = workspace.conversations.get(channel)
    if room is None or (BOT_USER_ID not in room.members and room.private):
        raise ApiError("channel_not_found")
    return room
