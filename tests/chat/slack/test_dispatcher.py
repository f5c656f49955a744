from typing import Any

import pytest

from bot.elements import Home, Message, Text
from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import ERROR_TEXT, FORM, HELLO, OUTDATED, AdapterBench, first_text
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

ELSEWHERE = {"id": "T9ELSEWHERE", "domain": "elsewhere"}


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


class TestUnknownRoute:
    """Dispatch of controls that no table contains, such as those of an older release."""

    async def test_command_is_answered(self, bench: AdapterBench) -> None:
        """An unknown command gets an ephemeral answer."""
        response = await bench.send_payload(payloads.build_command("/unknown"))

        assert response.json["text"] == OUTDATED.summary

    async def test_submitted_form_is_replaced(self, bench: AdapterBench) -> None:
        """An unknown form does not close as if it had been saved; the answer replaces it."""
        response = await bench.send_payload(payloads.build_submission("unknown"))

        assert response.json["response_action"] == "update"
        assert first_text(response.json["view"]) == OUTDATED.summary

    async def test_button_in_message_is_answered(self, bench: AdapterBench) -> None:
        """An unknown button in a message gets an ephemeral answer, and the message is unchanged."""
        press = payloads.build_button_press("unknown", response_url=bench.api.response_url)
        await bench.send_payload(press)

        answer = bench.api.last_arguments("response_url")
        assert (answer["text"], answer["replace_original"]) == (OUTDATED.summary, False)

    @pytest.mark.parametrize("surface", ["modal", "home"])
    async def test_button_in_view_is_answered(self, bench: AdapterBench, surface: str) -> None:
        """An unknown button in a form replaces the form; in the Home tab it opens one."""
        view = payloads.build_view() if surface == "modal" else payloads.build_home_tab()
        await bench.send_payload(payloads.build_view_press(view, "unknown"))

        method = {"modal": "views.update", "home": "views.open"}[surface]
        assert first_text(bench.api.last_arguments(method)["view"]) == OUTDATED.summary

    async def test_shortcut_is_answered(self, bench: AdapterBench) -> None:
        """An unknown shortcut opens a form with the answer."""
        await bench.send_payload(payloads.build_shortcut("unknown"))

        assert first_text(bench.api.last_arguments("views.open")["view"]) == OUTDATED.summary


class TestForeignWorkspace:
    """Signed payloads of a workspace that the token does not belong to."""

    async def test_command_is_not_served(self, bench: AdapterBench) -> None:
        """A command is answered in every language that Attune is not installed here."""
        response = await bench.send_payload(payloads.build_command(team_id=ELSEWHERE["id"]))

        assert [block["text"]["text"] for block in response.json["blocks"]] == _texts(
            "error.not_installed"
        )
        assert (bench.handlers.requests, bench.api.calls) == ([], [])

    async def test_submitted_form_is_not_served(self, bench: AdapterBench) -> None:
        """A form is replaced by the same answer, and no handler runs."""
        response = await bench.send_payload({**payloads.build_submission(), "team": ELSEWHERE})

        assert first_text(response.json["view"]) == _texts("error.not_installed")[0]
        assert (bench.handlers.requests, bench.api.calls) == ([], [])

    async def test_button_is_not_served(self, bench: AdapterBench) -> None:
        """A button is answered at the response URL alone, for which the token is not needed."""
        press = payloads.build_button_press(response_url=bench.api.response_url, team=ELSEWHERE)
        await bench.send_payload(press)

        assert bench.api.last_arguments("response_url")["text"] == _texts("error.not_installed")[0]
        assert bench.api.called_methods() == ["response_url"]
        assert bench.api.calls[0].token == ""
        assert bench.handlers.requests == []

    @pytest.mark.parametrize(
        "event",
        [
            payloads.build_event(),
            payloads.build_event("app_uninstalled"),
            payloads.build_event("user_change", user={"id": payloads.MARIE}),
        ],
        ids=lambda event: str(event["event"]["type"]),
    )
    async def test_event_is_not_stored(self, bench: AdapterBench, event: dict[str, Any]) -> None:
        """An event is acknowledged and reaches no handler."""
        foreign = {"team_id": ELSEWHERE["id"], "authorizations": [{"team_id": ELSEWHERE["id"]}]}
        response = await bench.send_payload({**event, **foreign})

        assert (response.status, response.body) == (200, b"")
        assert (bench.handlers.requests, bench.handlers.events, bench.api.calls) == ([], [], [])


class TestUnknownWorkspace:
    """Payloads while Slack does not report which workspace the token belongs to."""

    async def test_command_is_not_served(self, api: FakeWebApi) -> None:
        """A command is answered that the bot is busy, and no handler runs."""
        api.plan_error("auth.test", "fatal_error")
        async with testbed.open_bench(api) as bench:
            response = await bench.send_payload(payloads.build_command())

        assert response.json["blocks"][0]["text"]["text"] == _texts("error.busy")[0]
        assert bench.handlers.requests == []

    async def test_submitted_form_stays_open(self, api: FakeWebApi) -> None:
        """A form keeps its answers: the sentence is shown at its first field."""
        api.plan_error("auth.test", "fatal_error")
        async with testbed.open_bench(api) as bench:
            response = await bench.send_payload(payloads.build_submission())

        assert response.json == {
            "response_action": "errors",
            "errors": {"form": " ".join(_texts("error.busy"))},
        }

    async def test_later_payload_is_served(self, api: FakeWebApi) -> None:
        """As soon as Slack reports the workspace, payloads are served without a restart."""
        api.planned_answers["auth.test"] = [
            PlannedAnswer("", 502),
            PlannedAnswer("", 502),
            PlannedAnswer({"ok": True, "team_id": payloads.TEAM}),
        ]
        async with testbed.open_bench(api) as bench:
            bench.handlers.replies["tip"] = HELLO
            texts = [
                (await bench.send_payload(payloads.build_command("/tip"))).json["text"]
                for _ in range(3)
            ]

        assert texts[-1] == "Hello"
        assert texts[0] == _texts("error.busy")[0]


def _texts(key: str) -> list[str]:
    catalogue = testbed.load_words()
    return [catalogue.get_pack(tag).translate(key) for tag in catalogue.languages]
