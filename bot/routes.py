"""Routing tables with which an adapter dispatches payloads to handlers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.conversation import ChatEvent, Reply, Request
from bot.keywords import Keywords

BoundHandler = Callable[[Request], Awaitable[Reply]]
"""A handler bound to its context, as an adapter calls it."""


@dataclass(frozen=True)
class Routes:
    """Handlers by kind and name: plain tables, so that an adapter needs one listener per kind.

    ``keywords`` are those of each command; an adapter forwards no other text of a command.
    """

    commands: Mapping[str, BoundHandler]
    keywords: Mapping[str, Keywords]
    forms: Mapping[str, BoundHandler]
    buttons: Mapping[str, BoundHandler]
    shortcuts: Mapping[str, BoundHandler]
    home: BoundHandler
    handle_unknown_route: BoundHandler
    """Handles a name that is in no table, such as a button of an older release."""
    report_unexpected_error: BoundHandler
    """Returns the reply, in the person's language, for an exception after the first response."""
    report_unshown_reply: BoundHandler
    """Returns the message, without any content of it, for a reply whose form was closed."""
    handle_event: Callable[[ChatEvent], Awaitable[None]]
    """Stores an event of the product; raises when it could not be stored."""
    resolve_language: Callable[[Request], Awaitable[str]]
    """Returns the catalogue language of the person; never raises."""
