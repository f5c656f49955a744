"""A Slack adapter with stub handlers, and helpers to send it payloads."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bot.chat import slack
from bot.content import catalogue
from bot.conversation import ChatEvent, DeferredReply, Reply, Request
from bot.elements import Form, Home, Message, Text
from bot.keywords import Keywords
from bot.routes import BoundHandler, Routes
from tests.chat import asgi
from tests.chat.slack import payloads
from tests.chat.slack.web_api import FakeWebApi

ERROR_TEXT = "Something went wrong."
TOKEN = "xoxb-planted"
FORM = Form("guide", "Your guide", (Text("Seven steps"),), close="Close", data="away")
HELLO = Message("Hello", (Text("Hello **you**"),))
OUTDATED = Message("From an older version", (Text("From an older version"),))
UNSHOWN = Message("Its form was closed", (Text("Its form was closed"),))
KEYWORDS = {
    "tip": Keywords(frozenset({"next", "list", "help"})),
    "rupture": Keywords(frozenset({"guide", "help"})),
}


@cache
def load_words() -> catalogue.Catalogue:
    """Return the project's own catalogue, loaded once."""
    return catalogue.load_catalogue()


def defer_reply(reply: Reply | Exception) -> DeferredReply:
    """Return a deferred reply that resolves to *reply*, or raises it."""

    async def produce_reply() -> Reply:
        await asyncio.sleep(0)
        return _return_or_raise(reply)

    return DeferredReply(produce_reply)


def first_text(view: payloads.Payload) -> str:
    """Return the first text of a view."""
    return str(view["blocks"][0]["text"]["text"])


async def fixed_token(_workspace: str) -> str:
    """Return the same test token for every workspace."""
    return TOKEN


@dataclass
class StubHandlers:
    """Handlers that return planned replies by name, and record their requests."""

    event_order: list[str]
    replies: dict[str, Reply | Exception] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    events: list[ChatEvent] = field(default_factory=list)
    error_reply: Reply | Exception = field(
        default_factory=lambda: Message(ERROR_TEXT, (Text(ERROR_TEXT),))
    )

    def build_routes(self, keywords: Mapping[str, Keywords]) -> Routes:
        """Return routing tables that contain every name but ``unknown`` and the empty one."""
        table = _CatchAllTable(self._handle_request)
        return Routes(
            commands=table,
            keywords=keywords,
            forms=table,
            buttons=table,
            shortcuts=table,
            home=self._open_home,
            handle_unknown_route=self._answer_unknown_route,
            report_unexpected_error=self._report_unexpected_error,
            report_unshown_reply=self._report_unshown_reply,
            handle_event=self._handle_event,
            resolve_language=self._resolve_language,
        )

    async def _resolve_language(self, request: Request) -> str:
        return load_words().choose_language(request.locale)

    async def _handle_request(self, request: Request) -> Reply:
        self.event_order.append("kept")
        self.requests.append(request)
        return _return_or_raise(self.replies[request.name])

    async def _handle_event(self, event: ChatEvent) -> None:
        self.event_order.append("kept")
        self.events.append(event)
        _return_or_raise(self.replies.get("news"))

    async def _open_home(self, request: Request) -> Reply:
        self.requests.append(request)
        return _return_or_raise(self.replies.get("home", Home((Text("Your page"),))))

    async def _answer_unknown_route(self, request: Request) -> Reply:
        self.requests.append(request)
        return OUTDATED

    async def _report_unexpected_error(self, request: Request) -> Reply:
        self.requests.append(request)
        return _return_or_raise(self.error_reply)

    async def _report_unshown_reply(self, request: Request) -> Reply:
        self.requests.append(request)
        return UNSHOWN


class _CatchAllTable(dict[str, BoundHandler]):
    """A routing table that contains every name but ``unknown`` and the empty one."""

    def __init__(self, handler: BoundHandler) -> None:
        super().__init__()
        self._handler = handler

    def get(self, name: str, default: Any = None) -> Any:
        return default if name in {"", "unknown"} else self._handler


def _return_or_raise(reply: Reply | Exception) -> Reply:
    if isinstance(reply, Exception):
        raise reply
    return reply


@dataclass
class AdapterBench:
    """A running adapter with its fake Web API and its stub handlers."""

    adapter: slack.SlackAdapter
    api: FakeWebApi
    handlers: StubHandlers

    async def post_body(self, body: bytes, headers: Mapping[str, str]) -> asgi.Response:
        """Post a body to Slack's endpoint, and wait for all background tasks."""
        assert self.adapter.asgi
        response = await asgi.send_request(
            self.adapter.asgi, "POST", "/slack/events", body, headers, self.api.event_order
        )
        await self.adapter.wait_for_background_tasks()
        return response

    async def send_payload(self, payload: payloads.Payload) -> asgi.Response:
        """Send a payload in the encoding of its kind, signed."""
        body, content_type = payloads.encode_payload(payload)
        return await self.post_body(body, payloads.sign_headers(body, content_type))


@asynccontextmanager
async def open_bench(api: FakeWebApi, **overrides: str) -> AsyncIterator[AdapterBench]:
    """Run a Slack adapter that calls *api*, for as long as the block runs."""
    handlers = StubHandlers(api.event_order)
    secret = overrides.get("signing_secret", payloads.SIGNING_SECRET)
    access = slack.AccessSettings(api.url, fixed_token, secret, overrides.get("app_token", ""))
    outbound = slack.SlackOutboundSide(access, load_words())
    adapter = outbound.create_adapter(handlers.build_routes(KEYWORDS))
    await adapter.start()
    try:
        yield AdapterBench(adapter, api, handlers)
    finally:
        await adapter.stop()
