"""Slack, used by people whose every act is a signed payload."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.chat import asgi
from tests.chat.slack import payloads
from tests.chat.slack.web_api import Answer, Call, WebApi
from tests.chat.surfaces import NOTHING, Answers, Product, Screen, Trouble

View = dict[str, Any]

_TROUBLES = {
    "wait": Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "5"}),
    "unknown": Answer("", 502),
    "gone": Answer({"ok": False, "error": "user_not_found"}),
}

_ONE, _MANY = {"radio_buttons", "static_select"}, {"checkboxes"}
_PLAIN = {
    "timepicker": ("selected_time", "initial_time"),
    "datepicker": ("selected_date", "initial_date"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "plain_text_input": ("value", "initial_value"),
}


@dataclass
class OnSlack(Product):
    """People on Slack; ``api`` is what the bot calls."""

    api: WebApi = field(default_factory=WebApi)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def command(self, who: str, text: str) -> Screen:
        """Type a slash command in the private chat with the bot."""
        name, _, words = text.partition(" ")
        return await self._act(
            payloads.command(
                f"/{name}",
                words,
                user_id=who,
                team_id=self.workspace,
                channel_id="D1",
                response_url=self.api.response_url,
                trigger_id=self._fresh(),
            )
        )

    async def press(self, who: str, screen: Screen, label: str) -> Screen:
        """Press a button, or choose a step of a menu."""
        step = {**screen.steps[label], "action_ts": self._fresh()}
        parts: View = {"trigger_id": self._fresh(), "actions": [step], **self._by(who)}
        if isinstance(screen.source, dict) and screen.source.get("type") in {"modal", "home"}:
            payload = payloads.pressed_in(screen.source, "x") | parts
        else:
            parts |= {"response_url": self.api.response_url, "channel": {"id": "D1"}}
            payload = payloads.pressed() | parts
        return await self._act(payload, screen)

    async def send(self, who: str, screen: Screen, answers: Answers) -> Screen:
        """Submit a modal."""
        view = screen.source
        asked = {one["block_id"]: one["element"] for one in view["blocks"] if "element" in one}
        values = {
            name: {name: _state(element, answers.get(name))} for name, element in asked.items()
        }
        sent = {**view, "state": {"values": values}}
        payload = {**payloads.submission(view["callback_id"]), "view": sent, **self._by(who)}
        return await self._act(payload, screen)

    async def deliver_again(self) -> None:
        """Send the last payload once more."""
        await self._post(self.again)

    async def home(self, who: str) -> Screen:
        """Open the app's Home."""
        opened = payloads.event(user=who)
        return await self._act({**opened, "team_id": self.workspace, "event_id": self._fresh()})

    def received(self, who: str) -> list[Screen]:
        """Read the private chat with the bot."""
        posted = [one.said for one in self.api.calls if one.method == "chat.postMessage"]
        return [_screen(one, "chat") for one in posted if one["channel"] == who]

    def kept_by_the_product(self) -> str:
        """Return every message there is; modals and private answers are kept by nobody."""
        return str([one.said for one in self.api.calls if one.method.startswith("chat.")])

    def refuse(self, trouble: Trouble) -> None:
        """Refuse the next message."""
        self.api.told["chat.postMessage"] = [_TROUBLES[trouble]]

    async def _act(self, payload: View, screen: Screen = NOTHING) -> Screen:
        self.again = payload
        before = len(self.api.calls)
        answer = await self._post(payload)
        said = answer.json if answer.body else {}
        if said.get("response_action") == "errors":
            return _with_faults(screen, said["errors"])
        if said.get("response_action") == "update":
            return _screen({**said["view"], "id": screen.source["id"]})
        if "blocks" in said:
            return _screen(said, "chat")
        shown = [self._shown(call, screen) for call in self.api.calls[before:]]
        return next((one for one in shown if one), NOTHING)

    async def _post(self, payload: View) -> asgi.Response:
        body, kind = payloads.written(payload)
        headers = payloads.signed(body, kind)
        answer = await asgi.call(self.bot.asgi, "POST", "/slack/events", body, headers)
        assert answer.status == 200
        await self.bot.rooms["slack"].settle()
        await self.bot.front.settle()
        return answer

    def _shown(self, call: Call, screen: Screen) -> Screen | None:
        if call.method == "views.open":
            return _screen({**call.said["view"], "id": f"V{self._fresh()}"})
        if call.method == "views.update":
            return _screen({**call.said["view"], "id": screen.source["id"]})
        if call.method == "views.publish":
            return _screen({**call.said["view"], "id": "V0"})
        return _screen(call.said, "chat") if call.method == "response_url" else None

    def _by(self, who: str) -> View:
        return {
            "user": {"id": who, "team_id": self.workspace},
            "team": {"id": self.workspace, "domain": "clinic"},
        }

    def _fresh(self) -> str:
        return f"{next(self._numbers)}.1"


def _screen(shown: View, source: Any = None) -> Screen:
    blocks, title = shown["blocks"], (shown.get("title") or {}).get("text", "")
    fields = frozenset(one["block_id"] for one in blocks if one["type"] == "input")
    texts = (title, *_texts(blocks)) if title else tuple(_texts(blocks))
    is_form = shown.get("type") == "modal"
    return Screen(texts, _steps(blocks), fields, source or shown, is_form=is_form)


def _texts(part: object) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _texts(one)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if isinstance(part.get("text"), str) else []
    return own + [text for one in part.values() for text in _texts(one)]


def _steps(blocks: list[View]) -> dict[str, View]:
    found: dict[str, View] = {}
    for block in blocks:
        elements = block.get("elements") or [block.get("accessory") or {}]
        for one in elements if block["type"] in {"actions", "section"} else ():
            if one.get("type") == "button":
                found[one["text"]["text"]] = {**one, "block_id": "b"}
            for option in one.get("options", ()):
                chosen = {"type": one["type"], "action_id": one["action_id"]}
                found[option["text"]["text"]] = {**chosen, "selected_option": option}
    return found


def _with_faults(screen: Screen, faults: dict[str, str]) -> Screen:
    assert faults.keys() <= screen.fields
    texts = (*screen.texts, *faults.values())
    return Screen(texts, screen.steps, screen.fields, screen.source, is_form=True)


def _state(element: View, given: tuple[str, ...] | None) -> View:
    kind = element["type"]
    if kind in _PLAIN:
        name, initial = _PLAIN[kind]
        return {"type": kind, name: element.get(initial) if given is None else "".join(given)}
    if kind == "multi_users_select":
        chosen = element.get("initial_users", []) if given is None else list(given)
        return {"type": kind, "selected_users": chosen}
    if kind in _MANY:
        shown = [one["value"] for one in element.get("initial_options", ())]
        codes = shown if given is None else given
        return {"type": kind, "selected_options": [{"value": one} for one in codes]}
    assert kind in _ONE
    option = element.get("initial_option") if given is None else {"value": "".join(given)}
    return {"type": kind, "selected_option": option if given != () else None}
