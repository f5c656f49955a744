import pytest

from tests.chat.slack import payloads
from tests.chat.slack.testbed import ERROR_TEXT, FORM, HELLO, AdapterBench, first_text


class TestOpenForms:
    """What a person meets after touching something in an open form."""

    async def test_a_field_that_reshapes_the_form_asks_the_forms_own_handler(
        self, bench: AdapterBench
    ) -> None:
        """A touched field brings the form anew, unless somebody changed it in between."""
        bench.handlers.replies["debrief"] = FORM
        form = payloads.build_view()

        await bench.send_payload(
            payloads.build_field_change(form, "form", payloads.radio_state("against"))
        )

        request = bench.handlers.requests[0]
        assert (request.name, request.step, request.data) == ("debrief", "changed", "kept")
        update = bench.api.last_arguments("views.update")
        assert (update["view_id"], update["hash"]) == ("V1", "156.abc")

    async def test_a_button_in_a_form_changes_the_form(self, bench: AdapterBench) -> None:
        """Going deeper replaces the guide in place; the button's own data comes along."""
        bench.handlers.replies["rupture.deeper"] = FORM

        await bench.send_payload(
            payloads.build_view_press(payloads.build_view(), "rupture.deeper", "away.touched")
        )

        request = bench.handlers.requests[0]
        assert (request.data, request.inside_form, request.channel) == ("away.touched", True, "")
        assert request.answers["form"] == ("away",)
        assert bench.api.called_methods() == ["views.update"]

    async def test_a_message_to_a_button_in_a_form_is_read_in_the_form(
        self, bench: AdapterBench
    ) -> None:
        """A message never leaves the form it was asked for in."""
        bench.handlers.replies["rupture.withdraw"] = HELLO

        await bench.send_payload(
            payloads.build_view_press(payloads.build_view(), "rupture.withdraw")
        )

        assert first_text(bench.api.last_arguments("views.update")["view"]) == "Hello *you*"

    @pytest.mark.parametrize("error", ["hash_conflict", "not_found"])
    async def test_a_form_that_moved_on_is_left_alone(
        self, bench: AdapterBench, error: str
    ) -> None:
        """When the person was faster, or closed the form, nothing is said about it."""
        bench.handlers.replies["rupture.deeper"] = FORM
        bench.api.plan_error("views.update", error)

        await bench.send_payload(payloads.build_view_press(payloads.build_view(), "rupture.deeper"))

        assert bench.api.called_methods() == ["views.update"]

    async def test_a_form_that_cannot_be_shown_is_told(self, bench: AdapterBench) -> None:
        """Any other refusal is told to the person, in their chat."""
        bench.handlers.replies["rupture.deeper"] = FORM
        bench.api.plan_error("views.update", "invalid_blocks")

        await bench.send_payload(payloads.build_view_press(payloads.build_view(), "rupture.deeper"))

        assert bench.api.last_arguments("chat.postMessage")["text"] == ERROR_TEXT
        assert bench.handlers.requests[-1].inside_form is False


class TestMessages:
    """What a person meets after pressing a button in a message."""

    async def test_a_message_is_for_the_person_alone_and_leaves_the_other_as_it_was(
        self, bench: AdapterBench
    ) -> None:
        """The next tip appears beside the first, to nobody else, and replaces nothing."""
        bench.handlers.replies["tip.next"] = HELLO

        await bench.send_payload(
            payloads.build_button_press(value="1", response_url=bench.api.response_url)
        )

        told = bench.api.last_arguments("response_url")
        assert (told["response_type"], told["replace_original"]) == ("ephemeral", False)
        request = bench.handlers.requests[0]
        assert (request.data, request.channel, request.inside_form) == (
            "1",
            payloads.CHANNEL,
            False,
        )

    async def test_a_menus_choice_is_its_data(self, bench: AdapterBench) -> None:
        """A step chosen from a menu comes back as the menu's name with the step's code."""
        bench.handlers.replies["checkin.menu"] = None
        step = {
            "type": "overflow",
            "action_id": "checkin.menu",
            "block_id": "b",
            "action_ts": "9",
            "selected_option": {"value": "snooze1"},
        }

        await bench.send_payload(payloads.build_button_press(actions=[step]))

        assert bench.handlers.requests[0].data == "snooze1"

    async def test_steps_of_one_name_are_told_apart_by_their_data_alone(
        self, bench: AdapterBench
    ) -> None:
        """The number that keeps names apart for Slack is dropped again."""
        bench.handlers.replies["tip.about"] = None

        await bench.send_payload(payloads.build_button_press("tip.about#2", "repair"))

        assert (bench.handlers.requests[0].name, bench.handlers.requests[0].data) == (
            "tip.about",
            "repair",
        )

    async def test_a_refused_private_answer_ends_in_a_private_message(
        self, bench: AdapterBench
    ) -> None:
        """When the response address is used up, the person is told so in their chat."""
        bench.handlers.replies["tip.next"] = HELLO
        bench.api.plan_error("response_url", "used_url", status=404)

        answer = await bench.send_payload(
            payloads.build_button_press(response_url=bench.api.response_url)
        )

        assert answer.status == 200
        assert bench.api.called_methods() == ["response_url", "response_url", "chat.postMessage"]
        assert bench.api.last_arguments("chat.postMessage")["text"] == ERROR_TEXT

    async def test_a_form_opens_over_the_message(self, bench: AdapterBench) -> None:
        """Answering a check-in opens its form; the message stays as it was."""
        bench.handlers.replies["checkin.answer"] = FORM

        await bench.send_payload(payloads.build_button_press("checkin.answer", "2026-W10:sun"))

        assert bench.api.called_methods() == ["views.open"]


class TestShortcuts:
    """What a person meets after choosing a shortcut."""

    async def test_a_form_opens(self, bench: AdapterBench) -> None:
        """The shortcut opens the debrief wherever one is."""
        bench.handlers.replies["debrief"] = FORM

        await bench.send_payload(payloads.build_shortcut())

        assert bench.api.called_methods() == ["views.open"]

    async def test_a_message_opens_to_read(self, bench: AdapterBench) -> None:
        """Words have no other place to go."""
        bench.handlers.replies["debrief"] = HELLO

        await bench.send_payload(payloads.build_shortcut())

        assert first_text(bench.api.last_arguments("views.open")["view"]) == "Hello *you*"

    async def test_a_message_shortcut_is_one_as_well(self, bench: AdapterBench) -> None:
        """A shortcut on a message is served like any other, and the message is not read."""
        bench.handlers.replies["debrief"] = FORM
        payload = {
            **payloads.build_shortcut(),
            "type": "message_action",
            "message": {"text": "private"},
        }

        await bench.send_payload(payload)

        assert bench.api.called_methods() == ["views.open"]
        assert "private" not in repr(bench.handlers.requests)
