"""Teams as a conformance product: every user action is an activity with Microsoft's token."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.chat.msteams.action_data import Action, CardContext, CardSurface, pack_action_data
from bot.conversation import RequestStep
from tests.chat import asgi
from tests.chat.msteams import activities, testbed
from tests.chat.msteams.microsoft import FakeMicrosoft, PlannedAnswer, ServiceCall
from tests.chat.surfaces import NO_SCREEN, Answers, FailureKind, Product, RouteRequest, Screen

Card = dict[str, Any]

_ANSWER_BY_FAILURE = {
    "wait": PlannedAnswer(429, headers={"Retry-After": "5"}),
    "unknown": PlannedAnswer(502),
    "gone": PlannedAnswer(403, {"error": {"code": "BotNotInConversationRoster"}}),
}

_DIALOG_REQUEST = {"type": "task/fetch"}


@dataclass
class TeamsProduct(Product):
    """Users on Teams; ``ms`` is the fake service that the bot calls."""

    ms: FakeMicrosoft = field(default_factory=FakeMicrosoft)
    opens_forms_in_card: bool = False

    async def run_command(self, user_id: str, text: str) -> Screen:
        """Send a command in the personal chat, and open the form that its card links to."""
        call_count = len(self.ms.calls)
        activity = activities.build_message(
            self.ms.service_url, text, user_id, **self._conversation_parts(user_id)
        )
        await self._post_activity(activity)
        return await self._open_linked_form(user_id, self.ms.calls[call_count:])

    async def press_button(self, user_id: str, screen: Screen, label: str) -> Screen:
        """Click a button in a card or dialog."""
        return await self._send_action(user_id, screen, screen.steps[label], {})

    async def open_fold(
        self, user_id: str, screen: Screen, label: str, answers: Answers | None = None
    ) -> Screen:
        """Show the hidden container of the fold, as the client does without a request.

        Selected *answers* stay in their inputs, since nothing is replaced.
        """
        (toggle,) = (
            action
            for action in testbed.collect_actions(screen.native_payload)
            if action["type"] == "Action.ToggleVisibility" and action["title"] == label
        )
        card = _toggle_containers(screen.native_payload, frozenset(toggle["targetElements"]))
        initial_values = {name: ",".join(codes) for name, codes in (answers or {}).items()}
        return replace(
            _parse_card(_fill_inputs(card, initial_values)),
            texts=(*screen.texts[:1], *_parse_card(card).texts),
            is_form=True,
        )

    async def close_form(self, user_id: str, screen: Screen, label: str) -> Screen:
        """Click the button that closes a form, or goes back from it."""
        return await self.press_button(user_id, screen, label)

    async def submit_form(self, user_id: str, screen: Screen, answers: Answers) -> Screen:
        """Submit a form in a dialog or card."""
        action = next(step for step in screen.steps.values() if _has_step(step, "submitted"))
        initial_values = {
            element["id"]: str(element.get("value") or "")
            for element in _collect_inputs(screen.native_payload)
        }
        values = {name: ",".join(codes) for name, codes in answers.items()}
        return await self._send_action(user_id, screen, action, initial_values | values)

    async def activate_control(
        self, user_id: str, table: str, name: str, *, data: str = ""
    ) -> Screen:
        """Act on a card that a message in the channel contains, or on a form in a dialog."""
        is_form = table == "forms"
        action = Action(
            "forms" if is_form else "buttons",
            name,
            data,
            step=RequestStep.SUBMITTED if is_form else RequestStep.REQUESTED,
        )
        surface = CardSurface.DIALOG if is_form else CardSurface.MESSAGE
        build_activity = (
            activities.build_dialog_submission if is_form else activities.build_card_action
        )
        activity = build_activity(
            self.ms.service_url,
            pack_action_data(action, CardContext(surface, "k")),
            user_id,
            conversation={
                "id": self.channel,
                "conversationType": "channel",
                "tenantId": self.workspace,
            },
        )
        response = await self._post_activity(activity)
        return _parse_response(response.json) if response.body else NO_SCREEN

    async def send_request(self, user_id: str, request: RouteRequest) -> Screen:
        """Send an activity with any action data and answers."""
        if request.table == "commands":
            return await self.run_command(user_id, f"{request.name} {request.keyword}".strip())
        assert request.table in {"buttons", "forms"}
        is_form = request.table == "forms"
        surface = CardSurface.MESSAGE
        if is_form:
            surface = CardSurface.FORM if self.opens_forms_in_card else CardSurface.DIALOG
        step = RequestStep.SUBMITTED if is_form else RequestStep.REQUESTED
        action = Action(request.table, request.name, request.data, step=step)
        data = pack_action_data(action, CardContext(surface, f"k{len(self.ms.calls)}"))
        kind = "Action.Submit" if surface is CardSurface.DIALOG else "Action.Execute"
        inputs = {name: ",".join(codes) for name, codes in request.answers.items()}
        return await self._send_action(user_id, NO_SCREEN, {"type": kind, "data": data}, inputs)

    async def redeliver_last(self) -> None:
        """Send the last activity again, and a second click with another id."""
        await self._post_activity(self.last_payload)
        await self._post_activity({**self.last_payload, "id": "f:second-click"})

    async def open_home(self, user_id: str) -> Screen:
        """Send a greeting in the personal chat."""
        return await self.run_command(user_id, "hello")

    async def view_card(self, user_id: str, screen: Screen) -> Screen:
        """Bring a card into view again, so that the client invokes its refresh."""
        return await self._send_action(
            user_id, screen, screen.native_payload["refresh"]["action"], {}
        )

    async def send_event(self, activity: Card, user_id: str = "") -> None:
        """Send an activity of the tenant, in the personal chat of *user_id* if one is given."""
        await self._post_activity(activity | (self._conversation_parts(user_id) if user_id else {}))

    def received_messages(self, user_id: str) -> list[Screen]:
        """Return the messages in the personal chat with the bot."""
        return [
            _parse_card(call.card)
            for call in self.ms.posted_messages
            if self._chat_id(user_id) in call.path
        ]

    def stored_chat_text(self) -> str:
        """Return all messages; Teams does not store an updated card's content."""
        return str([(call.method, call.body) for call in self.ms.calls])

    def fail_next_message(self, failure: FailureKind) -> None:
        """Reject the next message."""
        self.ms.planned_answers["activities"] = [_ANSWER_BY_FAILURE[failure]]

    async def _open_linked_form(self, user_id: str, calls: list[ServiceCall]) -> Screen:
        cards = [call.card for call in calls if "attachments" in (call.body or {})]
        if not cards:
            return NO_SCREEN
        screen = _parse_card(cards[0])
        open_action = screen.steps.get("Open in this card" if self.opens_forms_in_card else "Open")
        return await self._send_action(user_id, screen, open_action, {}) if open_action else screen

    async def _send_action(
        self, user_id: str, screen: Screen, step: Card, inputs: dict[str, str]
    ) -> Screen:
        data = {**step["data"], **inputs}
        build_activity = (
            activities.build_card_action
            if step["type"] == "Action.Execute"
            else activities.build_dialog_submission
        )
        if data.get("msteams") == _DIALOG_REQUEST:
            build_activity = activities.build_dialog_fetch
        activity = build_activity(
            self.ms.service_url, data, user_id, **self._conversation_parts(user_id)
        )
        self.last_payload = activity
        response = await self._post_activity(activity)
        return _parse_response(response.json) if response.body else NO_SCREEN

    async def _post_activity(self, activity: Card) -> asgi.Response:
        headers = {"authorization": f"Bearer {self.ms.sign_token()}"}
        body = json.dumps(activity).encode()
        response = await asgi.send_request(self.bot.asgi, "POST", "/api/messages", body, headers)
        assert response.status == 200
        await self.bot.chat_adapters["msteams"].wait_for_background_tasks()
        await self.bot.request_middleware.wait_for_profile_lookups()
        return response

    def _chat_id(self, user_id: str) -> str:
        return f"a:chat-with-{user_id}"

    def _conversation_parts(self, user_id: str) -> Card:
        conversation = {
            "id": self._chat_id(user_id),
            "conversationType": "personal",
            "tenantId": self.workspace,
        }
        return {"conversation": conversation}


def _parse_response(body: Card) -> Screen:
    if "task" not in body:
        return _parse_card(body["value"])
    value = body["task"]["value"]
    screen = _parse_card(value["card"]["content"])
    texts = (value["title"], *screen.texts)
    return Screen(texts, screen.steps, screen.fields, screen.native_payload, is_form=True)


def _parse_card(card: Card) -> Screen:
    """Return a card as a user sees it, without hidden folds; hidden confirmations have steps."""
    steps = {
        element["title"]: element for element in testbed.collect_actions(card) if "data" in element
    }
    visible_card = _remove_hidden(card)
    fields = frozenset(element["id"] for element in _collect_inputs(visible_card))
    texts = tuple(testbed.collect_texts(visible_card))
    return Screen(texts, steps, fields, card, is_form=bool(fields))


def _remove_hidden(part: Any) -> Any:
    """Return a part of a card without the elements that are not visible."""
    if isinstance(part, list):
        return [_remove_hidden(child) for child in part if not _is_hidden(child)]
    if not isinstance(part, dict):
        return part
    return {name: _remove_hidden(child) for name, child in part.items()}


def _is_hidden(part: Any) -> bool:
    return isinstance(part, dict) and part.get("isVisible") is False


def _toggle_containers(part: Any, ids: frozenset[str]) -> Any:
    """Return a part of a card in which the elements with these *ids* are shown, or hidden."""
    if isinstance(part, list):
        return [_toggle_containers(child, ids) for child in part]
    if not isinstance(part, dict):
        return part
    toggled = {name: _toggle_containers(child, ids) for name, child in part.items()}
    if part.get("id") in ids:
        toggled["isVisible"] = not part.get("isVisible", True)
    return toggled


def _fill_inputs(part: Any, values: Mapping[str, str]) -> Any:
    """Return a part of a card whose inputs have the *values* by their ids."""
    if isinstance(part, list):
        return [_fill_inputs(child, values) for child in part]
    if not isinstance(part, dict):
        return part
    filled = {name: _fill_inputs(child, values) for name, child in part.items()}
    is_input = str(part.get("type", "")).startswith("Input.")
    return filled | {"value": values[part["id"]]} if is_input and part["id"] in values else filled


def _has_step(step: Card, step_name: str) -> bool:
    return bool(step["data"]["attune"]["act"].get("step") == step_name)


def _collect_inputs(part: object) -> list[Card]:
    if isinstance(part, list):
        return [element for child in part for element in _collect_inputs(child)]
    if not isinstance(part, dict):
        return []
    own_inputs = [part] if str(part.get("type", "")).startswith("Input.") else []
    return own_inputs + [element for child in part.values() for element in _collect_inputs(child)]
