import pytest

from tests.chat.slack import payloads
from tests.chat.slack.testbed import FORM, HELLO, SORRY, Bench, shown


class TestOpenForms:
    """What a person meets after touching something in an open form."""

    async def test_a_field_that_reshapes_the_form_asks_the_forms_own_handler(
        self, bench: Bench
    ) -> None:
        """A touched field brings the form anew, unless somebody changed it in between."""
        bench.handlers.replies["debrief"] = FORM
        form = payloads.view()

        await bench.send(payloads.touched(form, "form", payloads.radio("against")))

        request = bench.handlers.asked[0]
        assert (request.name, request.step, request.data) == ("debrief", "changed", "kept")
        update = bench.api.last("views.update")
        assert (update["view_id"], update["hash"]) == ("V1", "156.abc")

    async def test_a_button_in_a_form_changes_the_form(self, bench: Bench) -> None:
        """Going deeper replaces the guide in place; the button's own data comes along."""
        bench.handlers.replies["rupture.deeper"] = FORM

        await bench.send(payloads.pressed_in(payloads.view(), "rupture.deeper", "away.touched"))

        request = bench.handlers.asked[0]
        assert (request.data, request.inside_form, request.channel) == ("away.touched", True, "")
        assert request.answers["form"] == ("away",)
        assert bench.api.methods() == ["views.update"]

    async def test_a_message_to_a_button_in_a_form_is_read_in_the_form(self, bench: Bench) -> None:
        """A message never leaves the form it was asked for in."""
        bench.handlers.replies["rupture.withdraw"] = HELLO

        await bench.send(payloads.pressed_in(payloads.view(), "rupture.withdraw"))

        assert shown(bench.api.last("views.update")["view"]) == "Hello *you*"

    @pytest.mark.parametrize("error", ["hash_conflict", "not_found"])
    async def test_a_form_that_moved_on_is_left_alone(self, bench: Bench, error: str) -> None:
        """When the person was faster, or closed the form, nothing is said about it."""
        bench.handlers.replies["rupture.deeper"] = FORM
        bench.api.refuse("views.update", error)

        await bench.send(payloads.pressed_in(payloads.view(), "rupture.deeper"))

        assert bench.api.methods() == ["views.update"]

    async def test_a_form_that_cannot_be_shown_is_told(self, bench: Bench) -> None:
        """Any other refusal is told to the person, in their chat."""
        bench.handlers.replies["rupture.deeper"] = FORM
        bench.api.refuse("views.update", "invalid_blocks")

        await bench.send(payloads.pressed_in(payloads.view(), "rupture.deeper"))

        assert bench.api.last("chat.postMessage")["text"] == SORRY
        assert bench.handlers.asked[-1].inside_form is False


class TestMessages:
    """What a person meets after pressing a button in a message."""

    async def test_a_message_is_for_the_person_alone_and_leaves_the_other_as_it_was(
        self, bench: Bench
    ) -> None:
        """The next tip appears beside the first, to nobody else, and replaces nothing."""
        bench.handlers.replies["tip.next"] = HELLO

        await bench.send(payloads.pressed(value="1", response_url=bench.api.response_url))

        told = bench.api.last("response_url")
        assert (told["response_type"], told["replace_original"]) == ("ephemeral", False)
        request = bench.handlers.asked[0]
        assert (request.data, request.channel, request.inside_form) == (
            "1",
            payloads.CHANNEL,
            False,
        )

    async def test_a_menus_choice_is_its_data(self, bench: Bench) -> None:
        """A step chosen from a menu comes back as the menu's name with the step's code."""
        bench.handlers.replies["checkin.menu"] = None
        step = {
            "type": "overflow",
            "action_id": "checkin.menu",
            "block_id": "b",
            "action_ts": "9",
            "selected_option": {"value": "snooze1"},
        }

        await bench.send(payloads.pressed(actions=[step]))

        assert bench.handlers.asked[0].data == "snooze1"

    async def test_steps_of_one_name_are_told_apart_by_their_data_alone(self, bench: Bench) -> None:
        """The number that keeps names apart for Slack is dropped again."""
        bench.handlers.replies["tip.about"] = None

        await bench.send(payloads.pressed("tip.about#2", "repair"))

        assert (bench.handlers.asked[0].name, bench.handlers.asked[0].data) == (
            "tip.about",
            "repair",
        )

    async def test_a_refused_private_answer_ends_in_a_private_message(self, bench: Bench) -> None:
        """When the response address is used up, the person is told so in their chat."""
        bench.handlers.replies["tip.next"] = HELLO
        bench.api.refuse("response_url", "used_url", status=404)

        answer = await bench.send(payloads.pressed(response_url=bench.api.response_url))

        assert answer.status == 200
        assert bench.api.methods() == ["response_url", "response_url", "chat.postMessage"]
        assert bench.api.last("chat.postMessage")["text"] == SORRY

    async def test_a_form_opens_over_the_message(self, bench: Bench) -> None:
        """Answering a check-in opens its form; the message stays as it was."""
        bench.handlers.replies["checkin.answer"] = FORM

        await bench.send(payloads.pressed("checkin.answer", "2026-W10:sun"))

        assert bench.api.methods() == ["views.open"]


class TestShortcuts:
    """What a person meets after choosing a shortcut."""

    async def test_a_form_opens(self, bench: Bench) -> None:
        """The shortcut opens the debrief wherever one is."""
        bench.handlers.replies["debrief"] = FORM

        await bench.send(payloads.shortcut())

        assert bench.api.methods() == ["views.open"]

    async def test_a_message_opens_to_read(self, bench: Bench) -> None:
        """Words have no other place to go."""
        bench.handlers.replies["debrief"] = HELLO

        await bench.send(payloads.shortcut())

        assert shown(bench.api.last("views.open")["view"]) == "Hello *you*"

    async def test_a_message_shortcut_is_one_as_well(self, bench: Bench) -> None:
        """A shortcut on a message is served like any other, and the message is not read."""
        bench.handlers.replies["debrief"] = FORM
        payload = {**payloads.shortcut(), "type": "message_action", "message": {"text": "private"}}

        await bench.send(payload)

        assert bench.api.methods() == ["views.open"]
        assert "private" not in repr(bench.handlers.asked)
