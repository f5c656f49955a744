"""Teams adapter with stub handlers, and helpers that send activities to it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.msteams import adapter as msteams
from bot.conversation import Person
from bot.elements import ActionRow, Button, ChoiceField, Form, Message, Option, Text
from bot.keywords import Keywords
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
    """A running adapter: its fake of Microsoft, and its stub handlers."""

    adapter: msteams.TeamsAdapter
    ms: FakeMicrosoft
    handlers: StubHandlers

    async def post_body(self, body: bytes, headers: dict[str, str]) -> asgi.Response:
        """Post a body to the messaging endpoint and wait for the background tasks."""
        answer = await asgi.send_request(
            self.adapter.asgi, "POST", msteams.ENDPOINT_PATH, body, headers, self.ms.event_order
        )
        await self.adapter.wait_for_background_tasks()
        return answer

    async def send_activity(self, activity: Activity) -> asgi.Response:
        """Send an activity with a valid token."""
        headers = {"authorization": f"Bearer {self.ms.sign_token()}"}
        return await self.post_body(json.dumps(activity).encode(), headers)

    async def send_for_card(self, activity: Activity) -> dict[str, Any]:
        """Send an invoke and return the card in its response."""
        answer = (await self.send_activity(activity)).json
        card: dict[str, Any] = (
            answer["task"]["value"]["card"]["content"] if "task" in answer else answer["value"]
        )
        return card


async def load_no_routes(_workspace: str) -> dict[str, str]:
    """Return no stored routes, as of a new deployment."""
    return {}


@asynccontextmanager
async def open_bench(ms: FakeMicrosoft, **overrides: Any) -> AsyncIterator[AdapterBench]:
    """Run an adapter that calls *ms* for the duration of the block."""
    handlers = StubHandlers(ms.event_order)
    access = msteams.AccessSettings(
        CLIENT_ID, frozenset({TENANT_ID}), openid_metadata_url=ms.metadata_url
    )
    outbound = msteams.TeamsOutboundSide(replace(access, **overrides), load_words(), load_no_routes)
    adapter = outbound.create_adapter(handlers.build_routes(KEYWORDS))
    await adapter.start()
    try:
        yield AdapterBench(adapter, ms, handlers)
    finally:
        await adapter.stop()


def collect_texts(card: object) -> list[str]:
    """Return every text and label of a card that a person sees, in order."""
    if isinstance(card, list):
        return [text for item in card for text in collect_texts(item)]
    if not isinstance(card, dict):
        return []
    own_texts = [
        card[name] for name in ("text", "title", "label") if isinstance(card.get(name), str)
    ]
    return own_texts + [
        text
        for name, item in card.items()
        if name not in {"data", "refresh"}
        for text in collect_texts(item)
    ]


def collect_actions(card: object) -> list[dict[str, Any]]:
    """Return every action of a card that a person sees, in order."""
    if isinstance(card, list):
        return [action for item in card for action in collect_actions(item)]
    if not isinstance(card, dict):
        return []
    own_actions = [card] if str(card.get("type", "")).startswith("Action.") else []
    visible_items = [item for key, item in card.items() if key != "refresh"]
    return own_actions + [action for item in visible_items for action in collect_actions(item)]


def find_action(card: object, title: str) -> dict[str, Any]:
    """Return the action with the label *title*."""
    return next(action for action in collect_actions(card) if action.get("title") == title)
