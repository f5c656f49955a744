"""Slack as a conformance product: every user action is a signed payload."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.chat import asgi
from tests.chat.slack import payloads
from tests.chat.slack.web_api import ApiCall, FakeWebApi, PlannedAnswer
from tests.chat.surfaces import NO_SCREEN, Answers, FailureKind, Product, RouteRequest, Screen

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
    """Users on Slack; ``api`` is the fake Web API that the bot calls."""

    api: FakeWebApi = field(default_factory=FakeWebApi)
    _id_counter: "itertools.count[int]" = field(default_factory=itertools.count)

    async def run_command(self, user_id: str, text: str) -> Screen:
        """Send a slash command from the private chat with the bot."""
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
        """Click a button, or select an option of a menu."""
        action = {**screen.steps[label], "action_ts": self._next_id()}
        parts: View = {
            "trigger_id": self._next_id(),
            "actions": [action],
            **self._sender_parts(user_id),
        }
        if isinstance(screen.native_payload, dict) and screen.native_payload.get("type") in {
            "modal",
            "home",
        }:
            view = {**screen.native_payload, "app_installed_team_id": self.workspace}
            payload = payloads.build_view_press(view, "x") | parts
        else:
            parts |= {"response_url": self.api.response_url, "channel": {"id": "D1"}}
            payload = payloads.build_button_press() | parts
        return await self._send_action(payload, screen)

    async def submit_form(self, user_id: str, screen: Screen, answers: Answers) -> Screen:
        """Submit a modal."""
        view = screen.native_payload
        elements = {
            block["block_id"]: block["element"] for block in view["blocks"] if "element" in block
        }
        values = {
            name: {name: _field_state(element, answers.get(name))}
            for name, element in elements.items()
        }
        submitted_view = {**view, "state": {"values": values}}
        payload = {
            **payloads.build_submission(view["callback_id"]),
            "view": submitted_view,
            **self._sender_parts(user_id),
        }
        return await self._send_action(payload, screen)

    async def activate_control(
        self, user_id: str, table: str, name: str, *, data: str = ""
    ) -> Screen:
        """Click a button of a message in the channel, or submit a modal opened from it."""
        sender = self._sender_parts(user_id)
        if table == "buttons":
            payload = payloads.build_button_press(
                name,
                data,
                trigger_id=self._next_id(),
                response_url=self.api.response_url,
                channel={"id": self.channel},
                message={"team": self.workspace},
            )
            return await self._send_action({**payload, **sender})
        view = payloads.build_view(
            name,
            id=f"V{self._next_id()}",
            app_installed_team_id=self.workspace,
            private_metadata=data,
            state={"values": {}},
        )
        payload = {**payloads.build_submission(name), **sender, "view": view}
        fields = frozenset(block["block_id"] for block in view["blocks"])
        return await self._send_action(payload, Screen((), {}, fields, view))

    async def send_request(self, user_id: str, request: RouteRequest) -> Screen:
        """Send a payload with any name, data and answers."""
        if request.table == "commands":
            return await self.run_command(user_id, f"{request.name} {request.keyword}".strip())
        parts: View = {"trigger_id": self._next_id(), **self._sender_parts(user_id)}
        if request.table == "shortcuts":
            return await self._send_action(payloads.build_shortcut(request.name) | parts)
        if request.table == "buttons":
            parts |= {"response_url": self.api.response_url, "channel": {"id": "D1"}}
            press = payloads.build_button_press(request.name, request.data)
            press["actions"][0]["action_ts"] = self._next_id()
            return await self._send_action(press | parts)
        states = {
            name: {name: {"type": "checkboxes", "selected_options": [{"value": c} for c in codes]}}
            for name, codes in request.answers.items()
        }
        blocks = [{"type": "input", "block_id": name} for name in request.answers]
        view = payloads.build_view(
            request.name,
            id=f"V{self._next_id()}",
            private_metadata=request.data,
            state={"values": states},
            blocks=blocks,
        )
        submission = {**payloads.build_submission(request.name), "view": view, **parts}
        return await self._send_action(
            submission, Screen((), {}, frozenset(request.answers), view, is_form=True)
        )

    async def redeliver_last(self) -> None:
        """Send the last payload again."""
        await self._post_payload(self.last_payload)

    async def open_home(self, user_id: str) -> Screen:
        """Open the app's Home tab."""
        home_id = "T9ELSEWHERE" if user_id == self.external else self.workspace
        event = payloads.build_event(user=user_id, user_team=home_id)
        return await self._send_action(
            {**event, "team_id": self.workspace, "event_id": self._next_id()}
        )

    async def send_event(self, payload: View) -> None:
        """Send an event of this workspace that no user's action in the app caused."""
        await self._post_payload({**payload, "team_id": self.workspace})

    def received_messages(self, user_id: str) -> list[Screen]:
        """Return the messages in the private chat with the bot."""
        messages = [call.arguments for call in self.api.calls if call.method == "chat.postMessage"]
        return [
            _parse_screen(message, "chat") for message in messages if message["channel"] == user_id
        ]

    def stored_chat_text(self) -> str:
        """Return all messages; Slack stores neither modals nor ephemeral messages."""
        return str([call.arguments for call in self.api.calls if call.method.startswith("chat.")])

    def fail_next_message(self, failure: FailureKind) -> None:
        """Reject the next message."""
        self.api.planned_answers["chat.postMessage"] = [_ANSWER_BY_FAILURE[failure]]

    async def _send_action(self, payload: View, screen: Screen = NO_SCREEN) -> Screen:
        self.last_payload = payload
        call_count = len(self.api.calls)
        response = await self._post_payload(payload)
        response_body = response.json if response.body else {}
        if response_body.get("response_action") == "errors":
            return _add_faults(screen, response_body["errors"])
        if response_body.get("response_action") == "update":
            views = [response_body["view"]] + [
                call.arguments["view"]
                for call in self.api.calls[call_count:]
                if call.method == "views.update"
            ]
            return _parse_screen({**views[-1], "id": screen.native_payload["id"]})
        if "blocks" in response_body:
            return _parse_screen(response_body, "chat")
        screens = [self._screen_of_call(call, screen) for call in self.api.calls[call_count:]]
        return next((candidate for candidate in screens if candidate), NO_SCREEN)

    async def _post_payload(self, payload: View) -> asgi.Response:
        body, content_type = payloads.encode_payload(payload)
        headers = payloads.sign_headers(body, content_type)
        response = await asgi.send_request(self.bot.asgi, "POST", "/slack/events", body, headers)
        assert response.status == 200
        await self.bot.chat_adapters["slack"].wait_for_background_tasks()
        await self.bot.request_middleware.wait_for_profile_lookups()
        return response

    def _screen_of_call(self, call: ApiCall, screen: Screen) -> Screen | None:
        if call.method == "views.open":
            return _parse_screen({**call.arguments["view"], "id": f"V{self._next_id()}"})
        if call.method == "views.update":
            return _parse_screen({**call.arguments["view"], "id": screen.native_payload["id"]})
        if call.method == "views.publish":
            return _parse_screen({**call.arguments["view"], "id": "V0"})
        return _parse_screen(call.arguments, "chat") if call.method == "response_url" else None

    def _sender_parts(self, user_id: str) -> View:
        home_id = "T9ELSEWHERE" if user_id == self.external else self.workspace
        return {
            "user": {"id": user_id, "team_id": home_id},
            "team": {"id": self.workspace, "domain": "clinic"},
        }

    def _next_id(self) -> str:
        return f"{next(self._id_counter)}.1"


def _parse_screen(surface: View, source: Any = None) -> Screen:
    blocks, title = surface["blocks"], (surface.get("title") or {}).get("text", "")
    fields = frozenset(block["block_id"] for block in blocks if block["type"] == "input")
    texts = (title, *_collect_texts(blocks)) if title else tuple(_collect_texts(blocks))
    is_form = surface.get("type") == "modal"
    return Screen(texts, _collect_steps(blocks), fields, source or surface, is_form=is_form)


def _collect_texts(part: object) -> list[str]:
    if isinstance(part, list):
        return [text for child in part for text in _collect_texts(child)]
    if not isinstance(part, dict):
        return []
    own_texts = [part["text"]] if isinstance(part.get("text"), str) else []
    return own_texts + [text for child in part.values() for text in _collect_texts(child)]


def _collect_steps(blocks: list[View]) -> dict[str, View]:
    steps: dict[str, View] = {}
    for block in blocks:
        elements = block.get("elements") or [block.get("accessory") or {}]
        for element in elements if block["type"] in {"actions", "section"} else ():
            if element.get("type") == "button":
                steps[element["text"]["text"]] = {**element, "block_id": "b"}
            for option in element.get("options", ()):
                menu = {"type": element["type"], "action_id": element["action_id"]}
                steps[option["text"]["text"]] = {**menu, "selected_option": option}
    return steps


def _add_faults(screen: Screen, faults: dict[str, str]) -> Screen:
    assert faults.keys() <= screen.fields
    texts = (*screen.texts, *faults.values())
    return Screen(texts, screen.steps, screen.fields, screen.native_payload, is_form=True)


def _field_state(element: View, answer: tuple[str, ...] | None) -> View:
    element_type = element["type"]
    if element_type in _VALUE_KEYS_BY_TYPE:
        name, initial = _VALUE_KEYS_BY_TYPE[element_type]
        return {
            "type": element_type,
            name: element.get(initial) if answer is None else "".join(answer),
        }
    if element_type == "multi_users_select":
        user_ids = element.get("initial_users", []) if answer is None else list(answer)
        return {"type": element_type, "selected_users": user_ids}
    if element_type in _MULTIPLE_CHOICE_TYPES:
        initial_codes = [option["value"] for option in element.get("initial_options", ())]
        codes = initial_codes if answer is None else answer
        return {"type": element_type, "selected_options": [{"value": code} for code in codes]}
    assert element_type in _SINGLE_CHOICE_TYPES
    option = element.get("initial_option") if answer is None else {"value": "".join(answer)}
    return {"type": element_type, "selected_option": option if answer != () else None}
