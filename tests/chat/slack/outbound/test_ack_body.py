import time
from dataclasses import replace

import pytest

from bot.chat.slack import view_metadata
from bot.conversation import DeferredReply, InvalidAnswers, Reply, RequestStep, Surface
from bot.keywords import UNKNOWN_KEYWORD
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
    """Responses to slash commands."""

    async def test_message_is_response_body(self, bench: AdapterBench) -> None:
        """A message is the body of the response itself, visible to the user alone."""
        bench.handlers.replies["tip"] = HELLO

        response = await bench.send_payload(payloads.build_command("/tip"))

        assert response.json["response_type"] == "ephemeral"
        assert response.json["text"] == "Hello"
        assert response.json["blocks"][0]["text"]["text"] == "Hello *you*"
        assert bench.api.calls == []

    async def test_form_opens_with_trigger_id(self, bench: AdapterBench) -> None:
        """A form is opened with the command's trigger id and the bot's token."""
        bench.handlers.replies["rupture"] = FORM

        response = await bench.send_payload(payloads.build_command())

        call = bench.api.calls[0]
        assert (response.body, call.method, call.token) == (b"", "views.open", TOKEN)
        assert call.arguments["trigger_id"] == "1.2.command"
        assert call.arguments["view"]["callback_id"] == "guide"
        assert view_metadata.read_form_data(call.arguments["view"]) == "away"
        assert view_metadata.read_channel(call.arguments["view"]) == payloads.CHANNEL

    async def test_deferred_reply_uses_response_url(self, bench: AdapterBench) -> None:
        """A deferred reply is sent to the response URL, visible to the user alone."""
        bench.handlers.replies["tip"] = defer_reply(HELLO)

        response = await bench.send_payload(
            payloads.build_command("/tip", response_url=bench.api.response_url)
        )

        assert response.body == b""
        assert bench.api.last_arguments("response_url")["response_type"] == "ephemeral"
        assert bench.api.event_order == ["kept", "answered", "response_url"]

    async def test_deferred_reply_may_open_form(self, bench: AdapterBench) -> None:
        """A deferred reply may be a form, even after a second deferred reply."""
        bench.handlers.replies["rupture"] = defer_reply(defer_reply(FORM))

        await bench.send_payload(payloads.build_command())

        assert bench.api.called_methods() == ["views.open"]

    async def test_failed_deferred_reply_is_reported(self, bench: AdapterBench) -> None:
        """When a deferred reply raises, the user gets an error message."""
        bench.handlers.replies["tip"] = defer_reply(RuntimeError("a bug"))

        await bench.send_payload(
            payloads.build_command("/tip", response_url=bench.api.response_url)
        )

        assert bench.api.last_arguments("response_url")["text"] == ERROR_TEXT

    async def test_deferred_message_without_url_opens_as_form(self, bench: AdapterBench) -> None:
        """Without a response URL, the trigger id opens the message as a form."""
        bench.handlers.replies["tip"] = defer_reply(HELLO)

        await bench.send_payload(payloads.build_command("/tip"))

        view = bench.api.last_arguments("views.open")["view"]
        assert (view["title"]["text"], first_text(view)) == ("Attune", "Hello *you*")

    async def test_errors_without_form_become_message(self, bench: AdapterBench) -> None:
        """Validation errors are sent as a message where there is no form."""
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
    async def test_only_keywords_are_forwarded(
        self, bench: AdapterBench, text: str, keyword: str
    ) -> None:
        """Text that is no keyword of the command is removed before any handler is called."""
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
    """Responses to submitted and closed forms."""

    async def test_form_replaces_submitted_form(self, bench: AdapterBench) -> None:
        """A submitted debrief is replaced by its guide in the response itself."""
        bench.handlers.replies["debrief"] = FORM

        response = await bench.send_payload(payloads.build_submission())

        assert response.json["response_action"] == "update"
        assert response.json["view"]["title"]["text"] == "Your guide"
        assert bench.api.calls == []
        request = bench.handlers.requests[0]
        assert request.answers == {"form": ("away",), "status": ()}
        assert (request.data, request.step, request.surface) == (
            "kept",
            RequestStep.SUBMITTED,
            Surface.FORM,
        )

    async def test_message_replaces_submitted_form(self, bench: AdapterBench) -> None:
        """A message replaces the submitted form under the same title."""
        bench.handlers.replies["debrief"] = HELLO

        view = (await bench.send_payload(payloads.build_submission())).json["view"]

        assert (view["title"]["text"], first_text(view), "submit" in view) == (
            "Debrief",
            "Hello *you*",
            False,
        )

    async def test_errors_are_assigned_to_fields(self, bench: AdapterBench) -> None:
        """Each error is shown under its field, and one of a missing field under the first."""
        bench.handlers.replies["debrief"] = InvalidAnswers({"status": "Pick one.", "gone": "Oh."})

        response = await bench.send_payload(payloads.build_submission())

        assert response.json == {
            "response_action": "errors",
            "errors": {"status": "Pick one.", "form": "Oh."},
        }

    async def test_empty_reply_closes_form(self, bench: AdapterBench) -> None:
        """A submission without a reply closes the form, in a response that is not empty."""
        bench.handlers.replies["debrief"] = None

        response = await bench.send_payload(payloads.build_submission())

        assert (response.status, response.json) == (200, {"response_action": "clear"})

    async def test_deferred_reply_shows_waiting_form(self, bench: AdapterBench) -> None:
        """A waiting form is shown under the form's title, and replaced by the deferred reply."""
        bench.handlers.replies["debrief"] = defer_reply(FORM)

        response = await bench.send_payload(payloads.build_submission())

        view = response.json["view"]
        assert (view["callback_id"], view["title"]["text"]) == ("waiting", "Debrief")
        update = bench.api.last_arguments("views.update")
        assert (update["view_id"], "hash" in update) == ("V1", False)
        assert update["view"]["callback_id"] == "guide"
        assert bench.api.event_order == ["kept", "answered", "views.update"]

    async def test_deferred_reply_has_a_waiting_text_of_its_own(self, bench: AdapterBench) -> None:
        """The text of the first deferred reply is in the response, that of a second follows it."""
        saving = replace(defer_reply(FORM), waiting_text="Saving")

        async def save() -> Reply:
            return saving

        bench.handlers.replies["debrief"] = DeferredReply(save, "Checking")

        response = await bench.send_payload(payloads.build_submission())

        updates = [
            call.arguments["view"] for call in bench.api.calls if call.method == "views.update"
        ]
        assert first_text(response.json["view"]) == "Checking"
        assert [first_text(view) for view in updates][:1] == ["Saving"]
        assert [view["callback_id"] for view in updates] == ["waiting", "guide"]

    async def test_waiting_form_is_shown_before_its_update(self, bench: AdapterBench) -> None:
        """A reply that is ready at once is delayed until Slack has shown the waiting form."""
        bench.handlers.replies["debrief"] = defer_reply(FORM)

        started_at = time.monotonic()
        await bench.send_payload(payloads.build_submission())

        assert time.monotonic() - started_at >= 0.3

    async def test_closed_form_gets_no_reply(self, bench: AdapterBench) -> None:
        """A closed form reaches its handler, but its reply is not sent."""
        bench.handlers.replies["debrief"] = HELLO

        response = await bench.send_payload(payloads.build_view_closed())

        assert response.body == b""
        assert bench.api.calls == []
        assert bench.handlers.requests[0].step is RequestStep.CLOSED
