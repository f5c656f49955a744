from bot.elements import Home, Message, Text
from tests.chat.slack import payloads
from tests.chat.slack.testbed import ERROR_TEXT, FORM, HELLO, AdapterBench, first_text


class TestHome:
    """What a person meets in the app's Home."""

    async def test_opening_the_home_puts_it_up(self, bench: AdapterBench) -> None:
        """The page is published for the person who opened it."""
        bench.handlers.replies["home"] = Home((Text("Your page"),))

        await bench.send_payload(payloads.build_event())

        said = bench.api.last_arguments("views.publish")
        assert (said["user_id"], first_text(said["view"])) == (payloads.MARIE, "Your page")
        assert bench.api.event_order[:1] == ["answered"]

    async def test_an_apology_stands_in_the_home_itself(self, bench: AdapterBench) -> None:
        """When the page cannot be made, the sentence that says so is put up in its place."""
        bench.handlers.replies["home"] = Message(ERROR_TEXT, (Text(ERROR_TEXT),))

        await bench.send_payload(payloads.build_event())

        assert first_text(bench.api.last_arguments("views.publish")["view"]) == ERROR_TEXT

    async def test_a_home_that_slack_refuses_is_no_message(self, bench: AdapterBench) -> None:
        """Opening a page never causes a message, not even when it cannot be shown."""
        bench.api.plan_error("views.publish", "fatal_error")

        await bench.send_payload(payloads.build_event())

        assert bench.api.called_methods() == ["views.publish"]

    async def test_a_message_opens_to_read_and_the_home_is_put_up_afresh(
        self, bench: AdapterBench
    ) -> None:
        """A button of the Home shows its words in a form, and the page says what now holds."""
        bench.handlers.replies["checkin.pause"] = HELLO

        await bench.send_payload(
            payloads.build_view_press(payloads.build_home_tab(), "checkin.pause")
        )

        assert bench.api.called_methods() == ["views.open", "views.publish"]
        assert first_text(bench.api.last_arguments("views.open")["view"]) == "Hello *you*"

    async def test_nothing_to_show_still_puts_the_home_up_afresh(self, bench: AdapterBench) -> None:
        """Leaving from the Home shows at once that one has left."""
        bench.handlers.replies["checkin.leave"] = None

        await bench.send_payload(
            payloads.build_view_press(payloads.build_home_tab(), "checkin.leave")
        )

        assert bench.api.called_methods() == ["views.publish"]

    async def test_a_page_in_reply_is_put_up_once(self, bench: AdapterBench) -> None:
        """A handler that answers with the page itself is not asked for it again."""
        bench.handlers.replies["checkin.leave"] = Home((Text("You left"),))

        await bench.send_payload(
            payloads.build_view_press(payloads.build_home_tab(), "checkin.leave")
        )

        assert bench.api.called_methods() == ["views.publish"]
        assert first_text(bench.api.last_arguments("views.publish")["view"]) == "You left"
        assert len(bench.handlers.requests) == 1

    async def test_a_form_remembers_that_it_came_from_the_home(self, bench: AdapterBench) -> None:
        """Opening a form changes nothing yet; sending it off puts the Home up afresh."""
        bench.handlers.replies |= {"settings": FORM, "guide": FORM}

        await bench.send_payload(payloads.build_view_press(payloads.build_home_tab(), "settings"))
        opened = bench.api.last_arguments("views.open")["view"]
        answer = await bench.send_payload(
            payloads.build_submission("guide", private_metadata=opened["private_metadata"])
        )

        assert bench.api.called_methods() == ["views.open", "views.publish"]
        assert bench.handlers.requests[1].data == "away"
        assert answer.json["view"]["private_metadata"] == opened["private_metadata"]

    async def test_reshaping_a_form_leaves_the_home_alone(self, bench: AdapterBench) -> None:
        """Touching a field keeps nothing, so the page behind it is as it was."""
        bench.handlers.replies |= {"settings": FORM, "debrief": FORM}
        await bench.send_payload(payloads.build_view_press(payloads.build_home_tab(), "settings"))
        kept = bench.api.last_arguments("views.open")["view"]["private_metadata"]

        form = payloads.build_view(private_metadata=kept)
        await bench.send_payload(
            payloads.build_field_change(form, "form", payloads.radio_state("against"))
        )

        assert bench.api.called_methods() == ["views.open", "views.update"]

    async def test_a_home_that_cannot_be_refreshed_is_no_error(self, bench: AdapterBench) -> None:
        """What was done is done, though the page behind it could not be put up."""
        bench.handlers.replies |= {"checkin.leave": None, "home": RuntimeError("a bug")}

        answer = await bench.send_payload(
            payloads.build_view_press(payloads.build_home_tab(), "checkin.leave")
        )

        assert answer.status == 200
        assert bench.api.calls == []
