"""Teams, used by people whose every act is an activity with Microsoft's token."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.chat import asgi
from tests.chat.msteams import activities, testbed
from tests.chat.msteams.microsoft import Call, Microsoft, Told
from tests.chat.surfaces import NOTHING, Answers, Product, Screen, Trouble

Card = dict[str, Any]

_TROUBLES = {
    "wait": Told(429, headers={"Retry-After": "5"}),
    "unknown": Told(502),
    "gone": Told(403, {"error": {"code": "BotNotInConversationRoster"}}),
}

_FETCH = {"type": "task/fetch"}


@dataclass
class OnTeams(Product):
    """People on Teams; ``ms`` is what the bot calls. Forms are opened as ``forms`` says."""

    ms: Microsoft = field(default_factory=Microsoft)
    in_the_card: bool = False

    async def command(self, who: str, text: str) -> Screen:
        """Type a command in the personal chat; a form is opened from the card that answers."""
        before = len(self.ms.calls)
        activity = activities.written(self.ms.service, text, who, **self._in_chat(who))
        await self._post(activity)
        return await self._followed(who, self.ms.calls[before:])

    async def press(self, who: str, screen: Screen, label: str) -> Screen:
        """Press a button on a card or in a dialog."""
        return await self._act(who, screen, screen.steps[label], {})

    async def send(self, who: str, screen: Screen, answers: Answers) -> Screen:
        """Send a form off, in a dialog or in a card."""
        step = next(one for one in screen.steps.values() if _asks(one, "submitted"))
        shown = {one["id"]: str(one.get("value") or "") for one in _inputs(screen.source)}
        said = {name: ",".join(codes) for name, codes in answers.items()}
        return await self._act(who, screen, step, shown | said)

    async def deliver_again(self) -> None:
        """Send the last activity once more, and a second click beside it."""
        await self._post(self.again)
        await self._post({**self.again, "id": "f:second-click"})

    async def home(self, who: str) -> Screen:
        """Greet the bot in the personal chat."""
        return await self.command(who, "hello")

    def received(self, who: str) -> list[Screen]:
        """Read the personal chat with the bot."""
        return [_screen(one.card) for one in self.ms.posted if self._chat(who) in one.path]

    def kept_by_the_product(self) -> str:
        """Return every message there is; what stands in a card's place is kept by nobody."""
        return str([(one.method, one.body) for one in self.ms.calls])

    def refuse(self, trouble: Trouble) -> None:
        """Refuse the next message."""
        self.ms.told["activities"] = [_TROUBLES[trouble]]

    async def _followed(self, who: str, calls: list[Call]) -> Screen:
        cards = [one.card for one in calls if "attachments" in (one.body or {})]
        if not cards:
            return NOTHING
        screen = _screen(cards[0])
        opens = screen.steps.get("Open in this card" if self.in_the_card else "Open")
        return await self._act(who, screen, opens, {}) if opens else screen

    async def _act(self, who: str, screen: Screen, step: Card, inputs: dict[str, str]) -> Screen:
        data = {**step["data"], **inputs}
        make = activities.executed if step["type"] == "Action.Execute" else activities.submitted
        if data.get("msteams") == _FETCH:
            make = activities.fetched
        activity = make(self.ms.service, data, who, **self._in_chat(who))
        self.again = activity
        answer = await self._post(activity)
        return _answered(answer.json) if answer.body else NOTHING

    async def _post(self, activity: Card) -> asgi.Response:
        headers = {"authorization": f"Bearer {self.ms.token()}"}
        body = json.dumps(activity).encode()
        answer = await asgi.call(self.bot.asgi, "POST", "/api/messages", body, headers)
        assert answer.status == 200
        await self.bot.rooms["msteams"].settle()
        await self.bot.front.settle()
        return answer

    def _chat(self, who: str) -> str:
        return f"a:chat-with-{who}"

    def _in_chat(self, who: str) -> Card:
        conversation = {
            "id": self._chat(who),
            "conversationType": "personal",
            "tenantId": self.workspace,
        }
        return {"conversation": conversation}


def _answered(body: Card) -> Screen:
    if "task" not in body:
        return _screen(body["value"])
    value = body["task"]["value"]
    screen = _screen(value["card"]["content"])
    texts = (value["title"], *screen.texts)
    return Screen(texts, screen.steps, screen.fields, screen.source, is_form=True)


def _screen(card: Card) -> Screen:
    steps = {one["title"]: one for one in testbed.actions(card) if "data" in one}
    fields = frozenset(one["id"] for one in _inputs(card))
    return Screen(tuple(testbed.texts(card)), steps, fields, card, is_form=bool(fields))


def _asks(step: Card, what: str) -> bool:
    return bool(step["data"]["attune"]["act"].get("step") == what)


def _inputs(part: object) -> list[Card]:
    if isinstance(part, list):
        return [found for one in part for found in _inputs(one)]
    if not isinstance(part, dict):
        return []
    own = [part] if str(part.get("type", "")).startswith("Input.") else []
    return own + [found for one in part.values() for found in _inputs(one)]
