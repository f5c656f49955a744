"""A room of Teams' with handlers of a test's own, and a way to send it activities."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.msteams import adapter as msteams
from bot.conversation import Keywords, Person
from bot.elements import ActionRow, Button, ChoiceField, Form, Message, Option, Text
from tests.chat import asgi
from tests.chat.msteams.activities import MARIE, Activity
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID, FakeMicrosoft
from tests.chat.slack.testbed import StubHandlers, load_words

KEYWORDS = {
    "tip": Keywords(frozenset({"next", "list", "help"})),
    "rupture": Keywords(frozenset({"guide", "help"})),
    "help": Keywords(),
}
WORKSPACE = f"msteams:{TENANT_ID}"
MARIE_PERSON = Person(WORKSPACE, MARIE)
HELLO = Message("Hello", (Text("Hello you"), ActionRow((Button("tip.next", "Another", "1"),))))
FORM_QUESTION = ChoiceField(
    "form", "What was it like?", (Option("away", "Away"), Option("against", "Against"))
)
FORM = Form("debrief", "Debrief", (FORM_QUESTION,), submit="Save", close="Cancel", data="d")
GUIDE = Form("guide", "Your guide", (Text("Seven steps"),), close="Close")


@dataclass
class AdapterBench:
    """A room in use: what it answers, what it calls, and what its handlers were asked."""

    adapter: msteams.TeamsAdapter
    ms: FakeMicrosoft
    handlers: StubHandlers

    async def post_body(self, body: bytes, headers: dict[str, str]) -> asgi.Response:
        """Post a body to Teams' address, and wait for everything that follows."""
        answer = await asgi.send_request(
            self.adapter.asgi, "POST", msteams.ENDPOINT_PATH, body, headers, self.ms.event_order
        )
        await self.adapter.wait_for_background_tasks()
        return answer

    async def send_activity(self, activity: Activity) -> asgi.Response:
        """Send an activity with a genuine token."""
        headers = {"authorization": f"Bearer {self.ms.sign_token()}"}
        return await self.post_body(json.dumps(activity).encode(), headers)

    async def send_for_card(self, activity: Activity) -> dict[str, Any]:
        """Send an invoke, and return the card that is shown in answer."""
        answer = (await self.send_activity(activity)).json
        shown: dict[str, Any] = (
            answer["task"]["value"]["card"]["content"] if "task" in answer else answer["value"]
        )
        return shown


@asynccontextmanager
async def open_bench(ms: FakeMicrosoft, **overrides: Any) -> AsyncIterator[AdapterBench]:
    """Open a room that calls *ms*, for as long as the block runs."""
    handlers = StubHandlers(ms.event_order)
    opened = msteams.AccessSettings(
        CLIENT_ID, frozenset({TENANT_ID}), openid_metadata_url=ms.metadata_url
    )
    made = msteams.build_adapter(
        replace(opened, **overrides), handlers.build_routes(KEYWORDS), load_words()
    )
    await made.start()
    try:
        yield AdapterBench(made, ms, handlers)
    finally:
        await made.stop()


def collect_texts(card: object) -> list[str]:
    """Return every text and label on a card, in order."""
    if isinstance(card, list):
        return [text for one in card for text in collect_texts(one)]
    if not isinstance(card, dict):
        return []
    own = [card[name] for name in ("text", "title", "label") if isinstance(card.get(name), str)]
    return own + [
        text for name, one in card.items() if name != "data" for text in collect_texts(one)
    ]


def collect_actions(card: object) -> list[dict[str, Any]]:
    """Return every action on a card, in order."""
    if isinstance(card, list):
        return [action for one in card for action in collect_actions(one)]
    if not isinstance(card, dict):
        return []
    own = [card] if str(card.get("type", "")).startswith("Action.") else []
    return own + [found for one in card.values() for found in collect_actions(one)]


def find_action(card: object, title: str) -> dict[str, Any]:
    """Return the action that is called *title*."""
    return next(one for one in collect_actions(card) if one.get("title") == title)
