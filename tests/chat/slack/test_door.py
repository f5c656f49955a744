import asyncio

import pytest

from bot.conversation import UNKNOWN, Invalid, Later, Reply
from bot.elements import Form, Home, Message, Text
from tests.chat.slack import payloads
from tests.chat.slack.rooms import SORRY, TOKEN, Bench

FORM = Form("guide", "Your guide", (Text("Seven steps"),), close="Close", data="away")
HELLO = Message("Hello", (Text("Hello **you**"),))
MOMENT = "waiting"


def later(reply: Reply | Exception) -> Later:
    """Return a reply that needs a moment first."""

    async def work() -> Reply:
        await asyncio.sleep(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return Later(work)


def shown(view: payloads.Payload) -> str:
    """Return the first text in a view."""
    return str(view["blocks"][0]["text"]["text"])


class TestCommands:
    """What a person meets after a slash command."""

    async def test_a_message_is_the_answer_itself(self, bench: Bench) -> None:
        """A message comes back in the same breath, and only the person who asked sees it."""
        bench.handlers.replies["tip"] = HELLO

        answer = await bench.send(payloads.command("/tip"))

        assert answer.json["response_type"] == "ephemeral"
        assert answer.json["text"] == "Hello"
        assert answer.json["blocks"][0]["text"]["text"] == "Hello *you*"
        assert bench.api.calls == []

    async def test_a_form_opens_over_the_persons_trigger(self, bench: Bench) -> None:
        """A form is opened with the command's trigger and the bot's token."""
        bench.handlers.replies["rupture"] = FORM

        answer = await bench.send(payloads.command())

        call = bench.api.calls[0]
        assert (answer.body, call.method, call.token) == (b"", "views.open", TOKEN)
        assert call.said["trigger_id"] == "1.2.command"
        assert call.said["view"]["callback_id"] == "guide"
        assert call.said["view"]["private_metadata"] == "away"

    async def test_what_needs_a_moment_follows_in_the_same_place(self, bench: Bench) -> None:
        """An answer that needs Slack first comes by the response address, to the person alone."""
        bench.handlers.replies["tip"] = later(HELLO)

        answer = await bench.send(payloads.command("/tip", response_url=bench.api.response_url))

        assert answer.body == b""
        assert bench.api.last("response_url")["response_type"] == "ephemeral"
        assert bench.api.order == ["kept", "answered", "response_url"]

    async def test_what_needs_a_moment_may_open_a_form(self, bench: Bench) -> None:
        """The form of a set-up opens once Slack has said who asks."""
        bench.handlers.replies["rupture"] = later(later(FORM))

        await bench.send(payloads.command())

        assert bench.api.methods() == ["views.open"]

    async def test_a_moment_that_fails_is_told(self, bench: Bench) -> None:
        """When the work after the acknowledgement fails, the person hears of it."""
        bench.handlers.replies["tip"] = later(RuntimeError("a bug"))

        await bench.send(payloads.command("/tip", response_url=bench.api.response_url))

        assert bench.api.last("response_url")["text"] == SORRY

    async def test_a_message_after_a_moment_without_an_address_opens_to_read(
        self, bench: Bench
    ) -> None:
        """Where there is no response address, the trigger opens the words as a form to read."""
        bench.handlers.replies["tip"] = later(HELLO)

        await bench.send(payloads.command("/tip"))

        view = bench.api.last("views.open")["view"]
        assert (view["title"]["text"], shown(view)) == ("Attune", "Hello *you*")

    async def test_errors_without_a_form_are_said_as_a_message(self, bench: Bench) -> None:
        """What cannot be kept is said even where there is no field to say it under."""
        bench.handlers.replies["tip"] = Invalid({"day": "Not that day."})

        await bench.send(payloads.command("/tip", response_url=bench.api.response_url))

        assert bench.api.last("response_url")["text"] == "Not that day."

    @pytest.mark.parametrize(
        ("text", "keyword"),
        [("", ""), ("  ", ""), ("guide", "guide"), (" GUIDE ", "guide"), ("my client", UNKNOWN)],
    )
    async def test_of_words_only_the_commands_own_go_further(
        self, bench: Bench, text: str, keyword: str
    ) -> None:
        """Words that are none of a command's own are gone before any handler is asked."""
        bench.handlers.replies["rupture"] = None

        await bench.send(payloads.command(text=text))

        request = bench.handlers.asked[0]
        assert (request.name, request.keyword, request.channel) == (
            "rupture",
            keyword,
            payloads.CHANNEL,
        )
        assert "my client" not in repr(request)


class TestForms:
    """What a person meets after sending a form off, or putting it away."""

    async def test_a_form_takes_the_place_of_the_one_sent(self, bench: Bench) -> None:
        """Saving a debrief turns its form into the guide, in the answer itself."""
        bench.handlers.replies["debrief"] = FORM

        answer = await bench.send(payloads.submission())

        assert answer.json["response_action"] == "update"
        assert answer.json["view"]["title"]["text"] == "Your guide"
        assert bench.api.calls == []
        request = bench.handlers.asked[0]
        assert request.answers == {"form": ("away",), "status": ()}
        assert (request.data, request.step, request.inside_form) == ("kept", "submitted", True)

    async def test_a_message_takes_its_place_under_the_same_title(self, bench: Bench) -> None:
        """A message after a form is read where the form was."""
        bench.handlers.replies["debrief"] = HELLO

        view = (await bench.send(payloads.submission())).json["view"]

        assert (view["title"]["text"], shown(view), "submit" in view) == (
            "Debrief",
            "Hello *you*",
            False,
        )

    async def test_errors_stand_under_their_fields(self, bench: Bench) -> None:
        """Each sentence stands under its field, and one without a field under the first."""
        bench.handlers.replies["debrief"] = Invalid({"status": "Pick one.", "gone": "Oh."})

        answer = await bench.send(payloads.submission())

        assert answer.json == {
            "response_action": "errors",
            "errors": {"status": "Pick one.", "form": "Oh."},
        }

    async def test_nothing_to_show_closes_the_form(self, bench: Bench) -> None:
        """An empty answer closes the form."""
        bench.handlers.replies["debrief"] = None

        answer = await bench.send(payloads.submission())

        assert (answer.status, answer.body) == (200, b"")

    async def test_what_needs_a_moment_shows_a_waiting_form_first(self, bench: Bench) -> None:
        """The form waits under its own title, and is replaced when the work is done."""
        bench.handlers.replies["debrief"] = later(FORM)

        answer = await bench.send(payloads.submission())

        view = answer.json["view"]
        assert (view["callback_id"], view["title"]["text"]) == ("waiting", "Debrief")
        update = bench.api.last("views.update")
        assert (update["view_id"], "hash" in update) == ("V1", False)
        assert update["view"]["callback_id"] == "guide"
        assert bench.api.order == ["kept", "answered", "views.update"]

    async def test_a_form_put_away_is_reported_and_nothing_more(self, bench: Bench) -> None:
        """Whoever closes a form is left in peace, whatever the handler replies."""
        bench.handlers.replies["debrief"] = HELLO

        answer = await bench.send(payloads.closed())

        assert answer.body == b""
        assert bench.api.calls == []
        assert bench.handlers.asked[0].step == "closed"

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


class TestHome:
    """What a person meets in the app's Home."""

    async def test_opening_the_home_puts_it_up(self, bench: Bench) -> None:
        """The page is published for the person who opened it."""
        bench.handlers.replies["home"] = Home((Text("Your page"),))

        await bench.send(payloads.event())

        said = bench.api.last("views.publish")
        assert (said["user_id"], shown(said["view"])) == (payloads.MARIE, "Your page")
        assert bench.api.order[:1] == ["answered"]

    async def test_an_apology_stands_in_the_home_itself(self, bench: Bench) -> None:
        """When the page cannot be made, the sentence that says so is put up in its place."""
        bench.handlers.replies["home"] = Message(SORRY, (Text(SORRY),))

        await bench.send(payloads.event())

        assert shown(bench.api.last("views.publish")["view"]) == SORRY

    async def test_a_home_that_slack_refuses_is_no_message(self, bench: Bench) -> None:
        """Opening a page never causes a message, not even when it cannot be shown."""
        bench.api.refuse("views.publish", "fatal_error")

        await bench.send(payloads.event())

        assert bench.api.methods() == ["views.publish"]

    async def test_a_message_opens_to_read_and_the_home_is_put_up_afresh(
        self, bench: Bench
    ) -> None:
        """A button of the Home shows its words in a form, and the page says what now holds."""
        bench.handlers.replies["checkin.pause"] = HELLO

        await bench.send(payloads.pressed_in(payloads.home_tab(), "checkin.pause"))

        assert bench.api.methods() == ["views.open", "views.publish"]
        assert shown(bench.api.last("views.open")["view"]) == "Hello *you*"

    async def test_nothing_to_show_still_puts_the_home_up_afresh(self, bench: Bench) -> None:
        """Leaving from the Home shows at once that one has left."""
        bench.handlers.replies["checkin.leave"] = None

        await bench.send(payloads.pressed_in(payloads.home_tab(), "checkin.leave"))

        assert bench.api.methods() == ["views.publish"]

    async def test_a_form_remembers_that_it_came_from_the_home(self, bench: Bench) -> None:
        """Opening a form changes nothing yet; sending it off puts the Home up afresh."""
        bench.handlers.replies |= {"settings": FORM, "guide": FORM}

        await bench.send(payloads.pressed_in(payloads.home_tab(), "settings"))
        opened = bench.api.last("views.open")["view"]
        answer = await bench.send(
            payloads.submission("guide", private_metadata=opened["private_metadata"])
        )

        assert bench.api.methods() == ["views.open", "views.publish"]
        assert bench.handlers.asked[1].data == "away"
        assert answer.json["view"]["private_metadata"] == opened["private_metadata"]

    async def test_reshaping_a_form_leaves_the_home_alone(self, bench: Bench) -> None:
        """Touching a field keeps nothing, so the page behind it is as it was."""
        bench.handlers.replies |= {"settings": FORM, "debrief": FORM}
        await bench.send(payloads.pressed_in(payloads.home_tab(), "settings"))
        kept = bench.api.last("views.open")["view"]["private_metadata"]

        form = payloads.view(private_metadata=kept)
        await bench.send(payloads.touched(form, "form", payloads.radio("against")))

        assert bench.api.methods() == ["views.open", "views.update"]

    async def test_a_home_that_cannot_be_refreshed_is_no_error(self, bench: Bench) -> None:
        """What was done is done, though the page behind it could not be put up."""
        bench.handlers.replies |= {"checkin.leave": None, "home": RuntimeError("a bug")}

        answer = await bench.send(payloads.pressed_in(payloads.home_tab(), "checkin.leave"))

        assert answer.status == 200
        assert bench.api.calls == []


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
