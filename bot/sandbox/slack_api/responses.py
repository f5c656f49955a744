"""Handling of the bot's responses: messages, modal updates, and notices about errors."""

from bot.content.catalogue import LanguagePack
from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.messaging import validate_message
from bot.sandbox.slack_api.methods import SlackState
from bot.sandbox.slack_api.signed_requests import BotResponse
from bot.sandbox.slack_api.trigger_ids import ResponseUrl
from bot.sandbox.slack_api.views import validate_view
from bot.sandbox.workspace.personas import BOT_USER_ID, Persona
from bot.sandbox.workspace.workspace import Conversation, Json, Message, OpenView

_RESPONSE_FIELDS = {"response_type", "replace_original", "delete_original", "text", "blocks",
           "unfurl_links", "unfurl_media", "metadata", "mrkdwn", "thread_ts"}  # fmt: skip
_MAX_REPORTED_FAULTS = 3


class ResponseHandler:
    """Applies the bot's responses to the workspace; an invalid response becomes a notice."""

    def __init__(self, slack_state: SlackState, words: LanguagePack) -> None:
        """Apply responses to *slack_state*; Slack's own sentences come from *words*."""
        self._slack_state = slack_state
        self._words = words

    @property
    def required_error(self) -> str:
        """The error sentence of a required field without an answer."""
        return self._words.translate("sandbox.engine.required")

    def notify_person(self, person: Persona, key: str, **facts: str) -> None:
        """Add a notice with the sentence of *key*, as Slack's client would show it."""
        self._slack_state.workspace.add_notice(
            person.id, self._words.translate(f"sandbox.engine.{key}", **facts)
        )

    def handle_command_response(
        self, person: Persona, conversation: Conversation, command: str, response: BotResponse
    ) -> None:
        """Show the message in the response to a slash command; an empty body shows nothing.

        A missing acknowledgement or an invalid message becomes a notice.
        """
        if not response.is_acknowledged:
            error = "operation_timeout" if response.timed_out else "dispatch_failed"
            self.notify_person(person, "command_failed", command=command, error=error)
            return
        parsed_body = response.parsed_body
        if not parsed_body:
            return
        body = parsed_body if isinstance(parsed_body, dict) else {"text": str(parsed_body)}
        try:
            self._apply_message_response(ResponseUrl(person.id, conversation.id, "", 0.0), body)
        except ApiError as api_error:
            self.notify_person(person, "command_failed", command=command, error=api_error.error)
            self._notify_faults(person, api_error)

    def handle_response_url(self, url_suffix: str, body: Json) -> None:
        """Apply a request to a response URL; raises ApiError where Slack would reject it."""
        response_url = self._slack_state.trigger_ids.redeem_response_url(url_suffix)
        try:
            self._apply_message_response(response_url, body)
        except ApiError as api_error:
            person = self._slack_state.workspace.find_person(response_url.person_id)
            if person is not None:
                self._notify_faults(person, api_error)
            raise

    def check_acknowledgement(self, person: Persona, response: BotResponse) -> None:
        """Add a notice where the bot did not acknowledge an interaction."""
        if not response.is_acknowledged:
            error = "operation_timeout" if response.timed_out else "dispatch_failed"
            self.notify_person(person, "not_acknowledged", error=error)

    def handle_submission_response(
        self, person: Persona, open_view: OpenView, response: BotResponse
    ) -> None:
        """Apply the response to a submission: close, update or push a modal, or show errors."""
        if not response.is_acknowledged:
            self.notify_person(person, "trouble")
            return
        try:
            self._apply_response_action(person, open_view, response.parsed_body or {})
        except ApiError as api_error:
            self.notify_person(person, "trouble")
            self._notify_faults(person, api_error)

    def _apply_response_action(
        self, person: Persona, open_view: OpenView, response_body: object
    ) -> None:
        modal_stack = self._slack_state.modal_stack
        if not isinstance(response_body, dict):
            raise ApiError("invalid_response", ("not_an_object",))
        match response_body.get("response_action"):
            case None if not response_body:
                modal_stack.close_modal(open_view)
            case "clear" if set(response_body) == {"response_action"}:
                modal_stack.clear_stack(person.id)
            case "errors" if set(response_body) == {"response_action", "errors"}:
                self._set_field_errors(open_view, response_body["errors"])
            case "update" if set(response_body) == {"response_action", "view"}:
                modal_stack.replace_body(open_view, validate_view(response_body["view"], "modal"))
            case "push" if set(response_body) == {"response_action", "view"}:
                modal_stack.push_modal(person.id, validate_view(response_body["view"], "modal"))
            case _:
                raise ApiError("invalid_response", (*map(str, response_body),))

    def _set_field_errors(self, open_view: OpenView, errors: object) -> None:
        blocks = open_view.body["blocks"]
        input_ids = {block["block_id"] for block in blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= input_ids:
            raise ApiError("invalid_response", ("errors",))
        open_view.errors = {block: str(sentence) for block, sentence in errors.items()}
        self._slack_state.workspace.mark_changed()

    def _apply_message_response(self, response_url: ResponseUrl, body: Json) -> None:
        workspace = self._slack_state.workspace
        if unknown := [name for name in body if name not in _RESPONSE_FIELDS]:
            raise ApiError("invalid_arguments", tuple(f"unknown: {name}" for name in unknown))
        conversation = workspace.conversations[response_url.conversation_id]
        if body.get("delete_original"):
            conversation.posts = [
                message for message in conversation.posts if message.ts != response_url.message_ts
            ]
            workspace.mark_changed()
            return
        text, blocks = validate_message(body)
        posts = {message.ts: message for message in conversation.posts}
        original = posts.get(response_url.message_ts)
        if body.get("replace_original") and original:
            original.text, original.blocks, original.edited = text, blocks, not original.only
            workspace.mark_changed()
            return
        recipient_id = "" if body.get("response_type") == "in_channel" else response_url.person_id
        workspace.add_message(
            conversation,
            Message(workspace.clock.next_timestamp(), BOT_USER_ID, text, blocks, only=recipient_id),
        )

    def _notify_faults(self, person: Persona, api_error: ApiError) -> None:
        """Add a notice that lists the first faults, for the developer of the bot."""
        faults = ", ".join(api_error.messages[:_MAX_REPORTED_FAULTS]) or api_error.error
        self.notify_person(person, "refused", faults=faults)
