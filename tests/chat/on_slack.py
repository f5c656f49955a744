"""Slack, used by people whose every act is a signed payload."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.chat import asgi
from tests.chat.slack import payloads
from tests.chat.slack.web_api import ApiCall, FakeWebApi, PlannedAnswer
from tests.chat.surfaces import NO_SCREEN, Answers, FailureKind, Product, Screen

View = dict[str, Any]

_ANSWER_BY_FAILURE = {
    "wait": PlannedAnswer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "5"}),
    "unknown": PlannedAnswer("", 502),
    "gone": PlannedAnswer({"ok": False, "error": "user_not_found"}),
}

_SINGLE_CHOICE_TYPES, _MULTIPLE_CHOICE_TYPES = {"radio_buttons", "static_select"}, {"checkboxes"}
_VALUE_KEYS_BY_TYPE = {
    "timepicker": ("selected_time", "initial_time"),
    "datepicker": ("selected_date", "initial_date"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "plain_text_input": ("value", "initial_value"),
}


@dataclass
class SlackProduct(Product):
    """People on Slack; ``api`` is what the bot calls."""

    api: FakeWebApi = field(default_factory=FakeWebApi)
    _id_counter: "itertools.count[int]" = field(default_factory=itertools.count)

    async def run_command(self, user_id: str, text: str) -> Screen:
        """Type a slash command in the private chat with the bot."""
        name, _, words = text.partition(" ")
        return await self._send_action(
            payloads.build_command(
                f"/{name}",
                words,
                user_id=user_id,
                team_id=self.workspace,
                channel_id="D1",
                response_url=self.api.response_url,
                trigger_id=self._next_id(),
            )
        )

    async def press_button(self, user_id: str, screen: Screen, label: str) -> Screen:
        """Press a button, or choose a step of a menu."""
        step = {**screen.steps[label], "action_ts": self._next_id()}
        parts: View = {
            "trigger_id": self._next_id(),
            "actions": [step],
            **self._sender_parts(user_id),
        }
        if isinstance(screen.native_payload, dict) and screen.native_payload.get("type") in {
            "modal",
            "home",
        }:
            payload = payloads.build_view_press(screen.native_payload, "x") | parts
        else:
            parts |= {"response_url": self.api.response_url, "channel": {"id": "D1"}}
            payload = payloads.build_button_press() | parts
        return await self._send_action(payload, screen)

    async def submit_form(self, user_id: str, screen: Screen, answers: Answers) -> Screen:
        """Submit a modal."""
        view = screen.native_payload
        asked = {one["block_id"]: one["element"] for one in view["blocks"] if "element" in one}
        values = {
            name: {name: _field_state(element, answers.get(name))}
            for name, element in asked.items()
        }
        sent = {**view, "state": {"values": values}}
        payload = {
            **payloads.build_submission(view["callback_id"]),
            "view": sent,
            **self._sender_parts(user_id),
        }
        return await self._send_action(payload, screen)

    async def redeliver_last(self) -> None:
        """Send the last payload once more."""
        await self._post_payload(self.last_payload)

    async def open_home(self, user_id: str) -> Screen:
        """Open the app's Home."""
        opened = payloads.build_event(user=user_id)
        return await self._send_action(
            {**opened, "team_id": self.workspace, "event_id": self._next_id()}
        )

    def received_messages(self, user_id: str) -> list[Screen]:
        """Read the private chat with the bot."""
        posted = [one.arguments for one in self.api.calls if one.method == "chat.postMessage"]
        return [_parse_screen(one, "chat") for one in posted if one["channel"] == user_id]

    def stored_chat_text(self) -> str:
        """Return every message there is; modals and private answers are kept by nobody."""
        return str([one.arguments for one in self.api.calls if one.method.startswith("chat.")])

    def fail_next_message(self, failure: FailureKind) -> None:
        """Refuse the next message."""
        self.api.planned_answers["chat.postMessage"] = [_ANSWER_BY_FAILURE[failure]]

    async def _send_action(self, payload: View, screen: Screen = NO_SCREEN) -> Screen:
        self.last_payload = payload
        before = len(self.api.calls)
        answer = await self._post_payload(payload)
        said = answer.json if answer.body else {}
        if said.get("response_action") == "errors":
            return _add_faults(screen, said["errors"])
        if said.get("response_action") == "update":
            return _parse_screen({**said["view"], "id": screen.native_payload["id"]})
        if "blocks" in said:
            return _parse_screen(said, "chat")
        shown = [self._screen_of_call(call, screen) for call in self.api.calls[before:]]
        return next((one for one in shown if one), NO_SCREEN)

    async def _post_payload(self, payload: View) -> asgi.Response:
        body, kind = payloads.encode_payload(payload)
        headers = payloads.sign_headers(body, kind)
        answer = await asgi.send_request(self.bot.asgi, "POST", "/slack/events", body, headers)
        assert answer.status == 200
        await self.bot.chat_adapters["slack"].wait_for_background_tasks()
        await self.bot.request_middleware.wait_for_profile_lookups()
        return answer

    def _screen_of_call(self, call: ApiCall, screen: Screen) -> Screen | None:
        if call.method == "views.open":
            return _parse_screen({**call.arguments["view"], "id": f"V{self._next_id()}"})
        if call.method == "views.update":
            return _parse_screen({**call.arguments["view"], "id": screen.native_payload["id"]})
        if call.method == "views.publish":
            return _parse_screen({**call.arguments["view"], "id": "V0"})
        return _parse_screen(call.arguments, "chat") if call.method == "response_url" else None

    def _sender_parts(self, user_id: str) -> View:
        return {
            "user": {"id": user_id, "team_id": self.workspace},
            "team": {"id": self.workspace, "domain": "clinic"},
        }

    def _next_id(self) -> str:
        return f"{next(self._id_counter)}.1"


def _parse_screen(surface: View, source: Any = None) -> Screen:
    blocks, title = surface["blocks"], (surface.get("title") or {}).get("text", "")
    fields = frozenset(one["block_id"] for one in blocks if one["type"] == "input")
    texts = (title, *_collect_texts(blocks)) if title else tuple(_collect_texts(blocks))
    is_form = surface.get("type") == "modal"
    return Screen(texts, _collect_steps(blocks), fields, source or surface, is_form=is_form)


def _collect_texts(part: object) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _collect_texts(one)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if isinstance(part.get("text"), str) else []
    return own + [text for one in part.values() for text in _collect_texts(one)]


def _collect_steps(blocks: list[View]) -> dict[str, View]:
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


def _add_faults(screen: Screen, faults: dict[str, str]) -> Screen:
    assert faults.keys() <= screen.fields
    texts = (*screen.texts, *faults.values())
    return Screen(texts, screen.steps, screen.fields, screen.native_payload, is_form=True)


def _field_state(element: View, answer: tuple[str, ...] | None) -> View:
    kind = element["type"]
    if kind in _VALUE_KEYS_BY_TYPE:
        name, initial = _VALUE_KEYS_BY_TYPE[kind]
        return {"type": kind, name: element.get(initial) if answer is None else "".join(answer)}
    if kind == "multi_users_select":
        chosen = element.get("initial_users", []) if answer is None else list(answer)
        return {"type": kind, "selected_users": chosen}
    if kind in _MULTIPLE_CHOICE_TYPES:
        shown = [one["value"] for one in element.get("initial_options", ())]
        codes = shown if answer is None else answer
        return {"type": kind, "selected_options": [{"value": one} for one in codes]}
    assert kind in _SINGLE_CHOICE_TYPES
    option = element.get("initial_option") if answer is None else {"value": "".join(answer)}
    return {"type": kind, "selected_option": option if answer != () else None}
