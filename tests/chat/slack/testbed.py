"""A room of Slack's with handlers of a test's own, and a way to send it payloads."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bot.chat import slack
from bot.content import catalogue
from bot.conversation import Answer, Keywords, Later, News, Reply, Request, Routes
from bot.elements import Form, Home, Message, Text
from tests.chat import asgi
from tests.chat.slack import payloads
from tests.chat.slack.web_api import WebApi

SORRY = "Something went wrong."
TOKEN = "xoxb-planted"
FORM = Form("guide", "Your guide", (Text("Seven steps"),), close="Close", data="away")
HELLO = Message("Hello", (Text("Hello **you**"),))
KEYWORDS = {
    "tip": Keywords(frozenset({"next", "list", "help"})),
    "rupture": Keywords(frozenset({"guide", "help"})),
}


@cache
def words() -> catalogue.Catalogue:
    """Return the project's own catalogue, read once."""
    return catalogue.load()


def later(reply: Reply | Exception) -> Later:
    """Return a reply that needs a moment first."""

    async def work() -> Reply:
        await asyncio.sleep(0)
        return _given(reply)

    return Later(work)


def shown(view: payloads.Payload) -> str:
    """Return the first text in a view."""
    return str(view["blocks"][0]["text"]["text"])


async def one_token(_workspace: str) -> str:
    """Give the same made-up token for every workspace."""
    return TOKEN


@dataclass
class Handlers:
    """Handlers that answer as told, by name, and remember what they were asked."""

    order: list[str]
    replies: dict[str, Reply | Exception] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    heard: list[News] = field(default_factory=list)
    apology: Reply | Exception = field(default_factory=lambda: Message(SORRY, (Text(SORRY),)))

    def routes(self, keywords: Mapping[str, Keywords]) -> Routes:
        """Return tables that hold every name a test gave a reply for."""
        table = _Any(self._answer)
        return Routes(
            commands=table,
            keywords=keywords,
            forms=table,
            buttons=table,
            shortcuts=table,
            home=self._home,
            unexpected=self._unexpected,
            news=self._hear,
            language=self._language,
        )

    async def _language(self, request: Request) -> str:
        return words().settle(request.locale)

    async def _answer(self, request: Request) -> Reply:
        self.order.append("kept")
        self.asked.append(request)
        return _given(self.replies[request.name])

    async def _hear(self, news: News) -> None:
        self.order.append("kept")
        self.heard.append(news)
        _given(self.replies.get("news"))

    async def _home(self, request: Request) -> Reply:
        self.asked.append(request)
        return _given(self.replies.get("home", Home((Text("Your page"),))))

    async def _unexpected(self, request: Request) -> Reply:
        self.asked.append(request)
        return _given(self.apology)


class _Any(dict[str, Answer]):
    """A table that knows every name but ``unknown``."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def get(self, name: str, default: Any = None) -> Any:
        return default if name == "unknown" else self._answer


def _given(reply: Reply | Exception) -> Reply:
    if isinstance(reply, Exception):
        raise reply
    return reply


@dataclass
class Bench:
    """A room in use: what it answers, what it calls, and what its handlers were asked."""

    room: slack.SlackRoom
    api: WebApi
    handlers: Handlers

    async def post(self, body: bytes, headers: Mapping[str, str]) -> asgi.Response:
        """Post a body to Slack's address, and wait for everything that follows."""
        assert self.room.asgi
        answer = await asgi.call(
            self.room.asgi, "POST", "/slack/events", body, headers, self.api.order
        )
        await self.room.settle()
        return answer

    async def send(self, payload: payloads.Payload) -> asgi.Response:
        """Send a payload as Slack sends one of its kind, signed."""
        body, kind = payloads.written(payload)
        return await self.post(body, payloads.signed(body, kind))


@asynccontextmanager
async def furnished(api: WebApi, **access: str) -> AsyncIterator[Bench]:
    """Open a room that calls *api*, for as long as the block runs."""
    handlers = Handlers(api.order)
    secret = access.get("signing_secret", payloads.SECRET)
    opened = slack.Access(api.url, one_token, secret, access.get("app_token", ""))
    room = slack.build(opened, handlers.routes(KEYWORDS), words())
    await room.start()
    try:
        yield Bench(room, api, handlers)
    finally:
        await room.stop()
