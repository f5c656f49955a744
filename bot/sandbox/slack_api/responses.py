"""What the bot's answers bring about before a person's eyes, and what Slack says when it cannot."""

from bot.content.catalogue import LanguagePack
from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.messaging import validate_message
from bot.sandbox.slack_api.methods import SlackState
from bot.sandbox.slack_api.signed_requests import BotResponse
from bot.sandbox.slack_api.trigger_ids import ResponseUrl
from bot.sandbox.slack_api.views import validate_view as checked_view
from bot.sandbox.workspace.personas import BOT_USER_ID, Persona
from bot.sandbox.workspace.workspace import Conversation, Json, Message, OpenView

_RESPONSE_FIELDS = {"response_type", "replace_original", "delete_original", "text", "blocks",
           "unfurl_links", "unfurl_media", "metadata", "mrkdwn", "thread_ts"}  # fmt: skip
_MAX_REPORTED_FAULTS = 3


class ResponseHandler:
    """Shows messages, changes windows, and turns what Slack would refuse into notices."""

    def __init__(self, slack_state: SlackState, words: LanguagePack) -> None:
        """Change *place*; what Slack itself says, it says in *words*."""
        self._slack_state = slack_state
        self._words = words

    @property
    def required_error(self) -> str:
        """What stands under a required question that was left open."""
        return self._words.translate("tryout.engine.required")

    def notify_person(self, person: Persona, key: str, **facts: str) -> None:
        """Tell a person what Slack would tell them."""
        self._slack_state.workspace.add_notice(
            person.id, self._words.translate(f"tryout.engine.{key}", **facts)
        )

    def handle_command_response(
        self, person: Persona, conversation: Conversation, command: str, response: BotResponse
    ) -> None:
        """Show what a command was answered with; nothing for a bare acknowledgement."""
        if not response.is_acknowledged:
            error = "operation_timeout" if response.timed_out else "dispatch_failed"
            self.notify_person(person, "command_failed", command=command, error=error)
            return
        said = response.parsed_body
        if not said:
            return
        body = said if isinstance(said, dict) else {"text": str(said)}
        try:
            self._apply_message_response(ResponseUrl(person.id, conversation.id, "", 0.0), body)
        except ApiError as refused:
            self.notify_person(person, "command_failed", command=command, error=refused.error)
            self._notify_faults(person, refused)

    def handle_response_url(self, url_suffix: str, body: Json) -> None:
        """Take an answer at a response URL; refuses what Slack refuses."""
        address = self._slack_state.trigger_ids.redeem_response_url(url_suffix)
        try:
            self._apply_message_response(address, body)
        except ApiError as refused:
            person = self._slack_state.workspace.find_person(address.person_id)
            if person is not None:
                self._notify_faults(person, refused)
            raise

    def check_acknowledgement(self, person: Persona, response: BotResponse) -> None:
        """Say so when the bot did not acknowledge what was pressed."""
        if not response.is_acknowledged:
            error = "operation_timeout" if response.timed_out else "dispatch_failed"
            self.notify_person(person, "not_acknowledged", error=error)

    def handle_submission_response(
        self, person: Persona, open_view: OpenView, response: BotResponse
    ) -> None:
        """Do what the bot answers to a form: close, change, push, or show what is wrong."""
        if not response.is_acknowledged:
            self.notify_person(person, "trouble")
            return
        said = response.parsed_body
        try:
            self._apply_response_action(person, open_view, said or {})
        except ApiError as refused:
            self.notify_person(person, "trouble")
            self._notify_faults(person, refused)

    def _apply_response_action(
        self, person: Persona, open_view: OpenView, response_body: object
    ) -> None:
        windows = self._slack_state.modal_stack
        if not isinstance(response_body, dict):
            raise ApiError("invalid_response", ("not_an_object",))
        match response_body.get("response_action"):
            case None if not response_body:
                windows.close_modal(open_view)
            case "clear" if set(response_body) == {"response_action"}:
                windows.clear_stack(person.id)
            case "errors" if set(response_body) == {"response_action", "errors"}:
                self._set_field_errors(open_view, response_body["errors"])
            case "update" if set(response_body) == {"response_action", "view"}:
                windows.replace_body(open_view, checked_view(response_body["view"], "modal"))
            case "push" if set(response_body) == {"response_action", "view"}:
                windows.push_modal(person.id, checked_view(response_body["view"], "modal"))
            case _:
                raise ApiError("invalid_response", (*map(str, response_body),))

    def _set_field_errors(self, open_view: OpenView, errors: object) -> None:
        asked = {b["block_id"] for b in open_view.body["blocks"] if b["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= asked:
            raise ApiError("invalid_response", ("errors",))
        open_view.errors = {block: str(sentence) for block, sentence in errors.items()}
        self._slack_state.workspace.mark_changed()

    def _apply_message_response(self, response_url: ResponseUrl, body: Json) -> None:
        workspace = self._slack_state.workspace
        if unknown := [name for name in body if name not in _RESPONSE_FIELDS]:
            raise ApiError("invalid_arguments", tuple(f"unknown: {one}" for one in unknown))
        room = workspace.conversations[response_url.conversation_id]
        if body.get("delete_original"):
            room.posts = [one for one in room.posts if one.ts != response_url.message_ts]
            workspace.mark_changed()
            return
        text, blocks = validate_message(body)
        original = next((one for one in room.posts if one.ts == response_url.message_ts), None)
        if body.get("replace_original") and original:
            original.text, original.blocks, original.edited = text, blocks, not original.only
            workspace.mark_changed()
            return
        only = "" if body.get("response_type") == "in_channel" else response_url.person_id
        workspace.add_message(
            room, Message(workspace.clock.next_timestamp(), BOT_USER_ID, text, blocks, only=only)
        )

    def _notify_faults(self, person: Persona, api_error: ApiError) -> None:
        """Name the faults, for whoever works on the bot."""
        told = ", ".join(api_error.messages[:_MAX_REPORTED_FAULTS]) or api_error.error
        self.notify_person(person, "refused", faults=told)
