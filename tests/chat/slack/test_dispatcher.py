from bot.elements import Home, Message, Text
from tests.chat.slack import payloads
from tests.chat.slack.testbed import ERROR_TEXT, FORM, HELLO, AdapterBench, first_text


class TestHome:
    """Dispatch of actions in the app's Home tab."""

    async def test_opened_home_is_published(self, bench: AdapterBench) -> None:
        """An opened Home tab is published for the user who opened it."""
        bench.handlers.replies["home"] = Home((Text("Your page"),))

        await bench.send_payload(payloads.build_event())

        arguments = bench.api.last_arguments("views.publish")
        assert (arguments["user_id"], first_text(arguments["view"])) == (
            payloads.MARIE,
            "Your page",
        )
        assert bench.api.event_order[:1] == ["answered"]

    async def test_error_is_shown_in_home(self, bench: AdapterBench) -> None:
        """When the Home cannot be rendered, the error message is published in its place."""
        bench.handlers.replies["home"] = Message(ERROR_TEXT, (Text(ERROR_TEXT),))

        await bench.send_payload(payloads.build_event())

        assert first_text(bench.api.last_arguments("views.publish")["view"]) == ERROR_TEXT

    async def test_failed_publish_sends_no_message(self, bench: AdapterBench) -> None:
        """An opened Home tab never causes a message, not even when publishing fails."""
        bench.api.plan_error("views.publish", "fatal_error")

        await bench.send_payload(payloads.build_event())

        assert bench.api.called_methods() == ["views.publish"]

    async def test_message_opens_as_form_and_home_is_refreshed(self, bench: AdapterBench) -> None:
        """A message in reply to a Home button opens as a form, and the Home is published again."""
        bench.handlers.replies["checkin.pause"] = HELLO

        await bench.send_payload(
            payloads.build_view_press(payloads.build_home_tab(), "checkin.pause")
        )

        assert bench.api.called_methods() == ["views.open", "views.publish"]
        assert first_text(bench.api.last_arguments("views.open")["view"]) == "Hello *you*"

    async def test_empty_reply_refreshes_home(self, bench: AdapterBench) -> None:
        """An empty reply to a Home button still publishes the Home again."""
        bench.handlers.replies["checkin.leave"] = None

        await bench.send_payload(
            payloads.build_view_press(payloads.build_home_tab(), "checkin.leave")
        )

        assert bench.api.called_methods() == ["views.publish"]

    async def test_home_reply_is_published_once(self, bench: AdapterBench) -> None:
        """A Home in reply is published once, without a second request to the home handler."""
        bench.handlers.replies["checkin.leave"] = Home((Text("You left"),))

        await bench.send_payload(
            payloads.build_view_press(payloads.build_home_tab(), "checkin.leave")
        )

        assert bench.api.called_methods() == ["views.publish"]
        assert first_text(bench.api.last_arguments("views.publish")["view"]) == "You left"
        assert len(bench.handlers.requests) == 1

    async def test_form_metadata_marks_home_origin(self, bench: AdapterBench) -> None:
        """Opening a form does not refresh the Home; its submission does."""
        bench.handlers.replies |= {"settings": FORM, "guide": FORM}

        await bench.send_payload(payloads.build_view_press(payloads.build_home_tab(), "settings"))
        view = bench.api.last_arguments("views.open")["view"]
        response = await bench.send_payload(
            payloads.build_submission("guide", private_metadata=view["private_metadata"])
        )

        assert bench.api.called_methods() == ["views.open", "views.publish"]
        assert bench.handlers.requests[1].data == "away"
        assert response.json["view"]["private_metadata"] == view["private_metadata"]

    async def test_field_change_does_not_refresh_home(self, bench: AdapterBench) -> None:
        """A changed field stores no data, so the Home is not published again."""
        bench.handlers.replies |= {"settings": FORM, "debrief": FORM}
        await bench.send_payload(payloads.build_view_press(payloads.build_home_tab(), "settings"))
        metadata = bench.api.last_arguments("views.open")["view"]["private_metadata"]

        form = payloads.build_view(private_metadata=metadata)
        await bench.send_payload(
            payloads.build_field_change(form, "form", payloads.radio_state("against"))
        )

        assert bench.api.called_methods() == ["views.open", "views.update"]

    async def test_failed_refresh_is_ignored(self, bench: AdapterBench) -> None:
        """An action succeeds although its Home refresh fails."""
        bench.handlers.replies |= {"checkin.leave": None, "home": RuntimeError("a bug")}

        response = await bench.send_payload(
            payloads.build_view_press(payloads.build_home_tab(), "checkin.leave")
        )

        assert response.status == 200
        assert bench.api.calls == []
