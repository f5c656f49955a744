from dataclasses import replace

import pytest

from bot.conversation import RequestStep, Surface
from bot.elements import Button
from tests.chat.slack import payloads
from tests.chat.slack.testbed import ERROR_TEXT, FORM, HELLO, AdapterBench, first_text


class TestOpenForms:
    """Replies to actions in an open form."""

    async def test_field_change_calls_form_handler(self, bench: AdapterBench) -> None:
        """A changed field updates the form, unless its hash has changed in the meantime."""
        bench.handlers.replies["debrief"] = FORM
        form = payloads.build_view()

        await bench.send_payload(
            payloads.build_field_change(form, "form", payloads.radio_state("against"))
        )

        request = bench.handlers.requests[0]
        assert (request.name, request.step, request.data) == (
            "debrief",
            RequestStep.CHANGED,
            "kept",
        )
        update = bench.api.last_arguments("views.update")
        assert (update["view_id"], update["hash"]) == ("V1", "156.abc")

    async def test_button_in_form_updates_form(self, bench: AdapterBench) -> None:
        """A button in a form replaces the form; the button's own data reaches the handler."""
        bench.handlers.replies["rupture.deeper"] = FORM

        await bench.send_payload(
            payloads.build_view_press(payloads.build_view(), "rupture.deeper", "away.touched")
        )

        request = bench.handlers.requests[0]
        assert (request.data, request.surface, request.channel) == (
            "away.touched",
            Surface.FORM,
            "",
        )
        assert request.answers["form"] == ("away",)
        assert bench.api.called_methods() == ["views.update"]

    @pytest.mark.parametrize(
        ("previous_id", "method"),
        [(None, "views.push"), ("V0", "views.push"), ("V9", "views.update")],
        ids=["on the first", "on the second", "not on the third"],
    )
    async def test_form_with_a_way_back_is_pushed(
        self, bench: AdapterBench, previous_id: str | None, method: str
    ) -> None:
        """It is pushed onto the open form, but replaces the third: Slack stacks three at most."""
        back = Button("rupture.back", "Back", "away")
        bench.handlers.replies["rupture.deeper"] = replace(FORM, back=back)
        view = payloads.build_view(previous_view_id=previous_id, root_view_id="V0")

        await bench.send_payload(payloads.build_view_press(view, "rupture.deeper"))

        assert bench.api.called_methods() == [method]
        assert bench.api.last_arguments(method)["view"]["callback_id"] == "guide"

    async def test_message_replaces_open_form(self, bench: AdapterBench) -> None:
        """A message in reply to a button in a form is shown in the form."""
        bench.handlers.replies["rupture.withdraw"] = HELLO

        await bench.send_payload(
            payloads.build_view_press(payloads.build_view(), "rupture.withdraw")
        )

        assert first_text(bench.api.last_arguments("views.update")["view"]) == "Hello *you*"

    async def test_failed_form_update_is_reported(self, bench: AdapterBench) -> None:
        """Any other error is reported to the user, in the private chat."""
        bench.handlers.replies["rupture.deeper"] = FORM
        bench.api.plan_error("views.update", "invalid_blocks")

        await bench.send_payload(payloads.build_view_press(payloads.build_view(), "rupture.deeper"))

        assert bench.api.last_arguments("chat.postMessage")["text"] == ERROR_TEXT
        assert bench.handlers.requests[-1].surface is Surface.MESSAGE


class TestMessages:
    """Replies to actions in a message."""

    async def test_reply_to_message_is_ephemeral(self, bench: AdapterBench) -> None:
        """The next tip is visible to the user alone, and does not replace the first message."""
        bench.handlers.replies["tip.next"] = HELLO

        await bench.send_payload(
            payloads.build_button_press(value="1", response_url=bench.api.response_url)
        )

        arguments = bench.api.last_arguments("response_url")
        assert (arguments["response_type"], arguments["replace_original"]) == ("ephemeral", False)
        request = bench.handlers.requests[0]
        assert (request.data, request.channel, request.surface) == (
            "1",
            payloads.CHANNEL,
            Surface.MESSAGE,
        )

    async def test_menu_option_becomes_data(self, bench: AdapterBench) -> None:
        """A selected menu option reaches the handler of the menu's name as data."""
        bench.handlers.replies["checkin.menu"] = None
        action = {
            "type": "overflow",
            "action_id": "checkin.menu",
            "block_id": "b",
            "action_ts": "9",
            "selected_option": {"value": "snooze1"},
        }

        await bench.send_payload(payloads.build_button_press(actions=[action]))

        assert bench.handlers.requests[0].data == "snooze1"

    async def test_action_id_number_is_removed(self, bench: AdapterBench) -> None:
        """The number that makes action ids unique is removed from the handler's name."""
        bench.handlers.replies["tip.about"] = None

        await bench.send_payload(payloads.build_button_press("tip.about#2", "repair"))

        assert (bench.handlers.requests[0].name, bench.handlers.requests[0].data) == (
            "tip.about",
            "repair",
        )

    async def test_refused_ephemeral_message_is_reported(self, bench: AdapterBench) -> None:
        """When the response URL has expired, an error message is posted to the private chat."""
        bench.handlers.replies["tip.next"] = HELLO
        bench.api.plan_error("response_url", "used_url", status=404)

        response = await bench.send_payload(
            payloads.build_button_press(response_url=bench.api.response_url)
        )

        assert response.status == 200
        assert bench.api.called_methods() == ["response_url", "response_url", "chat.postMessage"]
        assert bench.api.last_arguments("chat.postMessage")["text"] == ERROR_TEXT

    async def test_button_in_message_opens_form(self, bench: AdapterBench) -> None:
        """The answer button of a check-in opens its form; the message is not changed."""
        bench.handlers.replies["checkin.answer"] = FORM

        await bench.send_payload(payloads.build_button_press("checkin.answer", "2026-W10:sun"))

        assert bench.api.called_methods() == ["views.open"]


class TestShortcuts:
    """Replies to shortcuts."""

    async def test_shortcut_opens_form(self, bench: AdapterBench) -> None:
        """The shortcut opens the debrief form."""
        bench.handlers.replies["debrief"] = FORM

        await bench.send_payload(payloads.build_shortcut())

        assert bench.api.called_methods() == ["views.open"]

    async def test_shortcut_opens_message_as_form(self, bench: AdapterBench) -> None:
        """A message in reply to a shortcut is opened as a form."""
        bench.handlers.replies["debrief"] = HELLO

        await bench.send_payload(payloads.build_shortcut())

        assert first_text(bench.api.last_arguments("views.open")["view"]) == "Hello *you*"

    async def test_message_shortcut_ignores_message(self, bench: AdapterBench) -> None:
        """A message shortcut is handled like a global one, and its message is not read."""
        bench.handlers.replies["debrief"] = FORM
        payload = {
            **payloads.build_shortcut(),
            "type": "message_action",
            "message": {"text": "private"},
        }

        await bench.send_payload(payload)

        assert bench.api.called_methods() == ["views.open"]
        assert "private" not in repr(bench.handlers.requests)
