"""A room of Teams' with handlers of a test's own, and a way to send it activities."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.msteams import adapter as msteams
from bot.conversation import Keywords, Person
from bot.elements import Actions, Button, Choice, Form, Message, Option, Text
from tests.chat import asgi
from tests.chat.msteams.activities import MARIE, Activity
from tests.chat.msteams.microsoft import CLIENT, TENANT, Microsoft
from tests.chat.slack.testbed import Handlers, words

KEYWORDS = {
    "tip": Keywords(frozenset({"next", "list", "help"})),
    "rupture": Keywords(frozenset({"guide", "help"})),
    "help": Keywords(),
}
WORKSPACE = f"msteams:{TENANT}"
WHO = Person(WORKSPACE, MARIE)
HELLO = Message("Hello", (Text("Hello you"), Actions((Button("tip.next", "Another", "1"),))))
ASKS = Choice("form", "What was it like?", (Option("away", "Away"), Option("against", "Against")))
FORM = Form("debrief", "Debrief", (ASKS,), submit="Save", close="Cancel", data="d")
GUIDE = Form("guide", "Your guide", (Text("Seven steps"),), close="Close")


@dataclass
class Bench:
    """A room in use: what it answers, what it calls, and what its handlers were asked."""

    room: msteams.TeamsRoom
    ms: Microsoft
    handlers: Handlers

    async def post(self, body: bytes, headers: dict[str, str]) -> asgi.Response:
        """Post a body to Teams' address, and wait for everything that follows."""
        answer = await asgi.call(self.room.asgi, "POST", msteams.PATH, body, headers, self.ms.order)
        await self.room.settle()
        return answer

    async def send(self, activity: Activity) -> asgi.Response:
        """Send an activity with a genuine token."""
        headers = {"authorization": f"Bearer {self.ms.token()}"}
        return await self.post(json.dumps(activity).encode(), headers)

    async def card(self, activity: Activity) -> dict[str, Any]:
        """Send an invoke, and return the card that is shown in answer."""
        answer = (await self.send(activity)).json
        shown: dict[str, Any] = (
            answer["task"]["value"]["card"]["content"] if "task" in answer else answer["value"]
        )
        return shown


@asynccontextmanager
async def furnished(ms: Microsoft, **access: Any) -> AsyncIterator[Bench]:
    """Open a room that calls *ms*, for as long as the block runs."""
    handlers = Handlers(ms.order)
    opened = msteams.Access(CLIENT, frozenset({TENANT}), metadata=ms.metadata)
    made = msteams.build(replace(opened, **access), handlers.routes(KEYWORDS), words())
    await made.start()
    try:
        yield Bench(made, ms, handlers)
    finally:
        await made.stop()


def texts(card: object) -> list[str]:
    """Return every text and label on a card, in order."""
    if isinstance(card, list):
        return [text for one in card for text in texts(one)]
    if not isinstance(card, dict):
        return []
    own = [card[name] for name in ("text", "title", "label") if isinstance(card.get(name), str)]
    return own + [text for name, one in card.items() if name != "data" for text in texts(one)]


def actions(card: object) -> list[dict[str, Any]]:
    """Return every action on a card, in order."""
    if isinstance(card, list):
        return [action for one in card for action in actions(one)]
    if not isinstance(card, dict):
        return []
    own = [card] if str(card.get("type", "")).startswith("Action.") else []
    return own + [found for one in card.values() for found in actions(one)]


def action(card: object, title: str) -> dict[str, Any]:
    """Return the action that is called *title*."""
    return next(one for one in actions(card) if one.get("title") == title)
