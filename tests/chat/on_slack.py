"""Slack as a conformance product: every user action is a signed payload."""

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

from tests.chat import asgi
from tests.chat.slack import payloads, view_parser
from tests.chat.slack.web_api import ApiCall, FakeWebApi, PlannedAnswer
from tests.chat.surfaces import NO_SCREEN, Answers, FailureKind, Product, RouteRequest, Screen

View = dict[str, Any]

_ANSWER_BY_FAILURE = {
    "wait": PlannedAnswer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "5"}),
    "unknown": PlannedAnswer("", 502),
    "gone": PlannedAnswer({"ok": False, "error": "user_not_found"}),
}


@dataclass
class SlackProduct(Product):
    """Users on Slack; ``api`` is the fake Web API that the bot calls."""

    api: FakeWebApi = field(default_factory=FakeWebApi)
    _id_counter: "itertools.count[int]" = field(default_factory=itertools.count)
    _screens_below: dict[str, Screen] = field(default_factory=dict)
    """The screens that pushed views cover, by the id of the pushed view."""

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

    async def open_fold(
        self, user_id: str, screen: Screen, label: str, answers: Answers | None = None
    ) -> Screen:
        """Click the button of the fold; Slack sends the selected answers along."""
        view = screen.native_payload
        state = {"values": view_parser.field_states(view, answers or {})}
        selected = replace(screen, native_payload={**view, "state": state})
        return await self.press_button(user_id, selected, label)

    async def close_form(self, user_id: str, screen: Screen, label: str) -> Screen:
        """Close a modal, which Slack reports where requested; Escape has the same effect."""
        view = screen.native_payload
        assert view["close"]["text"] == label
        if view.get("notify_on_close"):
            closed = payloads.build_view_closed(view["callback_id"])
            await self._post_payload({**closed, "view": view, **self._sender_parts(user_id)})
        screen_below = self._screens_below.get(view["id"], NO_SCREEN)
        return NO_SCREEN if view.get("clear_on_close") else screen_below

    async def submit_form(self, user_id: str, screen: Screen, answers: Answers) -> Screen:
        """Submit a modal."""
        view = screen.native_payload
        submitted_view = {**view, "state": {"values": view_parser.field_states(view, answers)}}
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
            view_parser.parse_screen(message, "chat")
            for message in messages
            if message["channel"] == user_id
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
            return view_parser.add_faults(screen, response_body["errors"])
        if response_body.get("response_action") == "update":
            views = [response_body["view"]] + [
                call.arguments["view"]
                for call in self.api.calls[call_count:]
                if call.method == "views.update"
            ]
            return view_parser.parse_screen(
                {**views[-1], **view_parser.view_ids(screen.native_payload)}
            )
        if "blocks" in response_body:
            return view_parser.parse_screen(response_body, "chat")
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
            return view_parser.parse_screen({**call.arguments["view"], "id": f"V{self._next_id()}"})
        if call.method == "views.push":
            view_id, view_below = f"V{self._next_id()}", screen.native_payload
            self._screens_below[view_id] = screen
            root_id = view_below.get("root_view_id", view_below["id"])
            ids = {"id": view_id, "previous_view_id": view_below["id"], "root_view_id": root_id}
            return view_parser.parse_screen({**call.arguments["view"], **ids})
        if call.method == "views.update":
            return view_parser.parse_screen(
                {**call.arguments["view"], **view_parser.view_ids(screen.native_payload)}
            )
        if call.method == "views.publish":
            return view_parser.parse_screen({**call.arguments["view"], "id": "V0"})
        return (
            view_parser.parse_screen(call.arguments, "chat")
            if call.method == "response_url"
            else None
        )

    def _sender_parts(self, user_id: str) -> View:
        home_id = "T9ELSEWHERE" if user_id == self.external else self.workspace
        return {
            "user": {"id": user_id, "team_id": home_id},
            "team": {"id": self.workspace, "domain": "clinic"},
        }

    def _next_id(self) -> str:
        return f"{next(self._id_counter)}.1"
