import time

import pytest

from bot.conversation import UNKNOWN_KEYWORD, InvalidAnswers
from tests.chat.slack import payloads
from tests.chat.slack.testbed import (
    ERROR_TEXT,
    FORM,
    HELLO,
    TOKEN,
    AdapterBench,
    defer_reply,
    first_text,
)


class TestCommands:
    """What a person meets after a slash command."""

    async def test_a_message_is_the_answer_itself(self, bench: AdapterBench) -> None:
        """A message comes back in the same breath, and only the person who asked sees it."""
        bench.handlers.replies["tip"] = HELLO

        answer = await bench.send_payload(payloads.build_command("/tip"))

        assert answer.json["response_type"] == "ephemeral"
        assert answer.json["text"] == "Hello"
        assert answer.json["blocks"][0]["text"]["text"] == "Hello *you*"
        assert bench.api.calls == []

    async def test_a_form_opens_over_the_persons_trigger(self, bench: AdapterBench) -> None:
        """A form is opened with the command's trigger and the bot's token."""
        bench.handlers.replies["rupture"] = FORM

        answer = await bench.send_payload(payloads.build_command())

        call = bench.api.calls[0]
        assert (answer.body, call.method, call.token) == (b"", "views.open", TOKEN)
        assert call.arguments["trigger_id"] == "1.2.command"
        assert call.arguments["view"]["callback_id"] == "guide"
        assert call.arguments["view"]["private_metadata"] == "away"

    async def test_what_needs_a_moment_follows_in_the_same_place(self, bench: AdapterBench) -> None:
        """An answer that needs Slack first comes by the response address, to the person alone."""
        bench.handlers.replies["tip"] = defer_reply(HELLO)

        answer = await bench.send_payload(
            payloads.build_command("/tip", response_url=bench.api.response_url)
        )

        assert answer.body == b""
        assert bench.api.last_arguments("response_url")["response_type"] == "ephemeral"
        assert bench.api.event_order == ["kept", "answered", "response_url"]

    async def test_what_needs_a_moment_may_open_a_form(self, bench: AdapterBench) -> None:
        """The form of a set-up opens once Slack has said who asks."""
        bench.handlers.replies["rupture"] = defer_reply(defer_reply(FORM))

        await bench.send_payload(payloads.build_command())

        assert bench.api.called_methods() == ["views.open"]

    async def test_a_moment_that_fails_is_told(self, bench: AdapterBench) -> None:
        """When the work after the acknowledgement fails, the person hears of it."""
        bench.handlers.replies["tip"] = defer_reply(RuntimeError("a bug"))

        await bench.send_payload(
            payloads.build_command("/tip", response_url=bench.api.response_url)
        )

        assert bench.api.last_arguments("response_url")["text"] == ERROR_TEXT

    async def test_a_message_after_a_moment_without_an_address_opens_to_read(
        self, bench: AdapterBench
    ) -> None:
        """Where there is no response address, the trigger opens the words as a form to read."""
        bench.handlers.replies["tip"] = defer_reply(HELLO)

        await bench.send_payload(payloads.build_command("/tip"))

        view = bench.api.last_arguments("views.open")["view"]
        assert (view["title"]["text"], first_text(view)) == ("Attune", "Hello *you*")

    async def test_errors_without_a_form_are_said_as_a_message(self, bench: AdapterBench) -> None:
        """What cannot be kept is said even where there is no field to say it under."""
        bench.handlers.replies["tip"] = InvalidAnswers({"day": "Not that day."})

        await bench.send_payload(
            payloads.build_command("/tip", response_url=bench.api.response_url)
        )

        assert bench.api.last_arguments("response_url")["text"] == "Not that day."

    @pytest.mark.parametrize(
        ("text", "keyword"),
        [
            ("", ""),
            ("  ", ""),
            ("guide", "guide"),
            (" GUIDE ", "guide"),
            ("guide for my client", "guide"),
            ("my client", UNKNOWN_KEYWORD),
        ],
    )
    async def test_of_words_only_the_commands_own_go_further(
        self, bench: AdapterBench, text: str, keyword: str
    ) -> None:
        """Words that are none of a command's own are gone before any handler is asked."""
        bench.handlers.replies["rupture"] = None

        await bench.send_payload(payloads.build_command(text=text))

        request = bench.handlers.requests[0]
        assert (request.name, request.keyword, request.channel) == (
            "rupture",
            keyword,
            payloads.CHANNEL,
        )
        assert "my client" not in repr(request)


class TestForms:
    """What a person meets after sending a form off, or putting it away."""

    async def test_a_form_takes_the_place_of_the_one_sent(self, bench: AdapterBench) -> None:
        """Saving a debrief turns its form into the guide, in the answer itself."""
        bench.handlers.replies["debrief"] = FORM

        answer = await bench.send_payload(payloads.build_submission())

        assert answer.json["response_action"] == "update"
        assert answer.json["view"]["title"]["text"] == "Your guide"
        assert bench.api.calls == []
        request = bench.handlers.requests[0]
        assert request.answers == {"form": ("away",), "status": ()}
        assert (request.data, request.step, request.inside_form) == ("kept", "submitted", True)

    async def test_a_message_takes_its_place_under_the_same_title(
        self, bench: AdapterBench
    ) -> None:
        """A message after a form is read where the form was."""
        bench.handlers.replies["debrief"] = HELLO

        view = (await bench.send_payload(payloads.build_submission())).json["view"]

        assert (view["title"]["text"], first_text(view), "submit" in view) == (
            "Debrief",
            "Hello *you*",
            False,
        )

    async def test_errors_stand_under_their_fields(self, bench: AdapterBench) -> None:
        """Each sentence stands under its field, and one without a field under the first."""
        bench.handlers.replies["debrief"] = InvalidAnswers({"status": "Pick one.", "gone": "Oh."})

        answer = await bench.send_payload(payloads.build_submission())

        assert answer.json == {
            "response_action": "errors",
            "errors": {"status": "Pick one.", "form": "Oh."},
        }

    async def test_nothing_to_show_closes_the_form(self, bench: AdapterBench) -> None:
        """An empty answer closes the form."""
        bench.handlers.replies["debrief"] = None

        answer = await bench.send_payload(payloads.build_submission())

        assert (answer.status, answer.body) == (200, b"")

    async def test_what_needs_a_moment_shows_a_waiting_form_first(
        self, bench: AdapterBench
    ) -> None:
        """The form waits under its own title, and is replaced when the work is done."""
        bench.handlers.replies["debrief"] = defer_reply(FORM)

        answer = await bench.send_payload(payloads.build_submission())

        view = answer.json["view"]
        assert (view["callback_id"], view["title"]["text"]) == ("waiting", "Debrief")
        update = bench.api.last_arguments("views.update")
        assert (update["view_id"], "hash" in update) == ("V1", False)
        assert update["view"]["callback_id"] == "guide"
        assert bench.api.event_order == ["kept", "answered", "views.update"]

    async def test_the_waiting_form_never_replaces_what_came_after_it(
        self, bench: AdapterBench
    ) -> None:
        """Work that is done at once still waits until Slack has surely put up the waiting form."""
        bench.handlers.replies["debrief"] = defer_reply(FORM)

        began = time.monotonic()
        await bench.send_payload(payloads.build_submission())

        assert time.monotonic() - began >= 0.3

    async def test_a_form_put_away_is_reported_and_nothing_more(self, bench: AdapterBench) -> None:
        """Whoever closes a form is left in peace, whatever the handler replies."""
        bench.handlers.replies["debrief"] = HELLO

        answer = await bench.send_payload(payloads.build_view_closed())

        assert answer.body == b""
        assert bench.api.calls == []
        assert bench.handlers.requests[0].step == "closed"
