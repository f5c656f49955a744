"""Routing tables by which an adapter dispatches a parsed payload to its handler."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.conversation import ChatEvent, Reply, Request
from bot.keywords import Keywords

BoundHandler = Callable[[Request], Awaitable[Reply]]
"""A handler wrapped by the request middleware, which turns its exceptions into error replies."""


@dataclass(frozen=True)
class Routes:
    """Handlers keyed by the name of the request, in one table per kind of payload.

    Plain tables, so that an adapter needs one listener per kind.
    """

    commands: Mapping[str, BoundHandler]
    """Slash commands of Slack, and commands in a message in Teams; without the slash."""
    keywords: Mapping[str, Keywords]
    """Accepted keywords of each command; an adapter drops any other text of a command."""
    forms: Mapping[str, BoundHandler]
    """Forms that are submitted, cancelled or refreshed."""
    buttons: Mapping[str, BoundHandler]
    """Buttons and menus."""
    shortcuts: Mapping[str, BoundHandler]
    """Global shortcuts of Slack; Teams has none."""
    home: BoundHandler
    """The home page; in Teams also the default for a message without a command."""
    handle_unknown_route: BoundHandler
    """Handles a name without an entry, such as a button of an older release."""
    report_unexpected_error: BoundHandler
    """Returns the error reply, in the person's language, for an exception of the adapter."""
    report_unshown_reply: BoundHandler
    """Returns the message, without any content of it, for a reply whose form was closed."""
    handle_event: Callable[[ChatEvent], Awaitable[None]]
    """Stores an event of the product; raises if the transaction was not committed.

    For an event that nothing else repeats, the adapter then returns an error response, so that the
    product retries the request.
    """
    resolve_language: Callable[[Request], Awaitable[str]]
    """Returns the catalogue language of the person; never raises."""
