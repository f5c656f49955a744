"""What the bot's answers bring about before a person's eyes, and what Slack says when it cannot."""

from bot.content.catalogue import Words
from bot.sandbox.slack_api.api_errors import RefusedError
from bot.sandbox.slack_api.messaging import checked
from bot.sandbox.slack_api.methods import Place
from bot.sandbox.slack_api.signed_requests import Answered
from bot.sandbox.slack_api.trigger_ids import Address
from bot.sandbox.slack_api.views import checked as checked_view
from bot.sandbox.workspace.personas import BOT, Persona
from bot.sandbox.workspace.workspace import Json, Post, Room, Window

_ANSWER = {"response_type", "replace_original", "delete_original", "text", "blocks",
           "unfurl_links", "unfurl_media", "metadata", "mrkdwn", "thread_ts"}  # fmt: skip
_MOST_FAULTS = 3


class Replies:
    """Shows messages, changes windows, and turns what Slack would refuse into notices."""

    def __init__(self, place: Place, words: Words) -> None:
        """Change *place*; what Slack itself says, it says in *words*."""
        self._place = place
        self._words = words

    @property
    def required(self) -> str:
        """What stands under a required question that was left open."""
        return self._words.say("tryout.engine.required")

    def notify(self, person: Persona, key: str, **facts: str) -> None:
        """Tell a person what Slack would tell them."""
        self._place.workspace.notify(person.id, self._words.say(f"tryout.engine.{key}", **facts))

    def command(self, person: Persona, room: Room, command: str, answered: Answered) -> None:
        """Show what a command was answered with; nothing for a bare acknowledgement."""
        if not answered.taken:
            error = "operation_timeout" if answered.late else "dispatch_failed"
            self.notify(person, "command_failed", command=command, error=error)
            return
        said = answered.said
        if not said:
            return
        body = said if isinstance(said, dict) else {"text": str(said)}
        try:
            self._show(Address(person.id, room.id, "", 0.0), body)
        except RefusedError as refused:
            self.notify(person, "command_failed", command=command, error=refused.error)
            self._explain(person, refused)

    def private(self, end: str, body: Json) -> None:
        """Take an answer at a response URL; refuses what Slack refuses."""
        address = self._place.tickets.answer(end)
        try:
            self._show(address, body)
        except RefusedError as refused:
            person = self._place.workspace.person(address.person)
            if person is not None:
                self._explain(person, refused)
            raise

    def acknowledgement(self, person: Persona, answered: Answered) -> None:
        """Say so when the bot did not acknowledge what was pressed."""
        if not answered.taken:
            error = "operation_timeout" if answered.late else "dispatch_failed"
            self.notify(person, "not_acknowledged", error=error)

    def submission(self, person: Persona, window: Window, answered: Answered) -> None:
        """Do what the bot answers to a form: close, change, push, or show what is wrong."""
        if not answered.taken:
            self.notify(person, "trouble")
            return
        said = answered.said
        try:
            self._respond(person, window, said or {})
        except RefusedError as refused:
            self.notify(person, "trouble")
            self._explain(person, refused)

    def _respond(self, person: Persona, window: Window, said: object) -> None:
        windows = self._place.windows
        if not isinstance(said, dict):
            raise RefusedError("invalid_response", ("not_an_object",))
        match said.get("response_action"):
            case None if not said:
                windows.close(window)
            case "clear" if set(said) == {"response_action"}:
                windows.clear(person.id)
            case "errors" if set(said) == {"response_action", "errors"}:
                self._blame(window, said["errors"])
            case "update" if set(said) == {"response_action", "view"}:
                windows.replace(window, checked_view(said["view"], "modal"))
            case "push" if set(said) == {"response_action", "view"}:
                windows.push(person.id, checked_view(said["view"], "modal"))
            case _:
                raise RefusedError("invalid_response", (*map(str, said),))

    def _blame(self, window: Window, errors: object) -> None:
        asked = {b["block_id"] for b in window.body["blocks"] if b["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= asked:
            raise RefusedError("invalid_response", ("errors",))
        window.errors = {block: str(sentence) for block, sentence in errors.items()}
        self._place.workspace.changed()

    def _show(self, address: Address, body: Json) -> None:
        workspace = self._place.workspace
        if unknown := [name for name in body if name not in _ANSWER]:
            raise RefusedError("invalid_arguments", tuple(f"unknown: {one}" for one in unknown))
        room = workspace.rooms[address.room]
        if body.get("delete_original"):
            room.posts = [one for one in room.posts if one.ts != address.message]
            workspace.changed()
            return
        text, blocks = checked(body)
        original = next((one for one in room.posts if one.ts == address.message), None)
        if body.get("replace_original") and original:
            original.text, original.blocks, original.edited = text, blocks, not original.only
            workspace.changed()
            return
        only = "" if body.get("response_type") == "in_channel" else address.person
        workspace.post(room, Post(workspace.clock.stamp(), BOT, text, blocks, only=only))

    def _explain(self, person: Persona, refused: RefusedError) -> None:
        """Name the faults, for whoever works on the bot."""
        told = ", ".join(refused.messages[:_MOST_FAULTS]) or refused.error
        self.notify(person, "refused", faults=told)
