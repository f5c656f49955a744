"""The description of a Web API method, and the functions that all methods share."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.trigger_ids import TriggerIds
from bot.sandbox.workspace.modals import ModalStack
from bot.sandbox.workspace.personas import BOT_USER_ID
from bot.sandbox.workspace.workspace import Conversation, Json, Workspace


@dataclass(frozen=True)
class SlackState:
    """The state that Web API methods read and change."""

    workspace: Workspace
    modal_stack: ModalStack
    trigger_ids: TriggerIds


ScopeResolver = Callable[[SlackState, Json], str]
"""Returns the OAuth scope that a call requires; ``""`` for none."""


@dataclass(frozen=True)
class Method:
    """A Web API method: its handler, its valid and required arguments, and its OAuth scope."""

    run: Callable[[SlackState, Json], Json]
    argument_names: frozenset[str]
    required_arguments: tuple[str, ...] = ()
    resolve_scope: ScopeResolver = lambda _slack_state, _arguments: ""


def parse_argument_names(names: str) -> frozenset[str]:
    """Parse a space-separated list of argument names."""
    return frozenset(names.split())


def fixed_scope(scope_name: str) -> ScopeResolver:
    """Return a resolver that requires the same scope for every call."""
    return lambda _slack_state, _arguments: scope_name


def is_true(value: object) -> bool:
    """Whether an argument is true, as a JSON boolean or as a form string."""
    return str(value).lower() in {"true", "1"}


def resolve_conversation(slack_state: SlackState, channel: str) -> Conversation:
    """Return the conversation with the id *channel*; a user id selects the chat with the bot.

    Raises ApiError (``channel_not_found``) for an unknown id, a deactivated user, and a private
    conversation without the bot.
    """
    workspace = slack_state.workspace
    person = workspace.find_person(channel)
    if person and person.id not in workspace.deactivated_ids:
        return workspace.get_bot_chat(person.id)
    conversation = workspace.conversations.get(channel)
    if conversation is None or (BOT_USER_ID not in conversation.members and conversation.private):
        raise ApiError("channel_not_found")
    return conversation
