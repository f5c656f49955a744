"""Card actions and dialog submissions, and the responses that replace their cards."""

import json
from typing import Any

import pytest

from bot.chat.msteams.action_data import (
    Action,
    CardContext,
    CardSurface,
    pack_action_data,
    unpack_action_data,
)
from bot.conversation import InvalidAnswers, RequestStep, Surface
from bot.elements import ChoiceField, Form, Option
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHAT_ID
from tests.chat.msteams.testbed import (
    FORM,
    GUIDE,
    HELLO,
    AdapterBench,
    collect_actions,
    collect_texts,
    find_action,
)
from tests.chat.slack.testbed import OUTDATED


async def test_a_form_opens_as_a_dialog(bench: AdapterBench) -> None:
    """A button that opens a form is answered with a dialog that has the form's title."""
    bench.handlers.replies["checkin.answer"] = FORM
    data = activities.button_data("checkin.answer", "2026-W48:circle")

    response = await bench.send_activity(activities.build_dialog_fetch(bench.ms.service_url, data))

    task = response.json["task"]
    assert (task["type"], task["value"]["title"]) == ("continue", "Debrief")
    assert bench.handlers.requests[0].data == "2026-W48:circle"
    assert "Input.ChoiceSet" in json.dumps(task["value"]["card"]["content"])


@pytest.mark.parametrize("origin", ["dialog", "card"])
async def test_a_submitted_form_is_replaced_by_the_reply(bench: AdapterBench, origin: str) -> None:
    """The answers are passed to the handler by field, and the guide replaces the form."""
    bench.handlers.replies |= {"rupture.open": FORM, "debrief": GUIDE}
    open_builders = {"dialog": activities.build_dialog_fetch, "card": activities.build_card_action}
    submit_builders = {
        "dialog": activities.build_dialog_submission,
        "card": activities.build_card_action,
    }

    form = await bench.send_for_card(
        open_builders[origin](bench.ms.service_url, activities.button_data("rupture.open"))
    )
    data = find_action(form, "Save")["data"] | {"form": "away"}
    guide = await bench.send_for_card(submit_builders[origin](bench.ms.service_url, data))

    request = bench.handlers.requests[-1]
    assert (request.name, request.step, request.data) == (
        "debrief",
        RequestStep.SUBMITTED,
        "d",
    )
    assert (request.answers, request.surface) == ({"form": ("away",)}, Surface.FORM)
    assert "Seven steps" in collect_texts(guide)
    assert bench.ms.calls == []


async def test_a_double_click_has_the_same_idempotency_key(bench: AdapterBench) -> None:
    """A form submitted twice has one idempotency key; the same form opened again has another."""
    bench.handlers.replies |= {"rupture.open": FORM, "debrief": GUIDE}

    for _ in range(2):
        dialog_fetch = activities.build_dialog_fetch(
            bench.ms.service_url, activities.button_data("rupture.open")
        )
        data = find_action(await bench.send_for_card(dialog_fetch), "Save")["data"] | {
            "form": "away"
        }
        for _ in range(2):
            await bench.send_activity(
                activities.build_dialog_submission(bench.ms.service_url, data)
            )

    keys = [
        request.idempotency_key
        for request in bench.handlers.requests
        if request.step is RequestStep.SUBMITTED
    ]
    assert keys[0] == keys[1] != keys[2] == keys[3]


async def test_validation_errors_are_rendered_under_their_fields(bench: AdapterBench) -> None:
    """An invalid form is rendered again with its errors, its answers and its idempotency key."""
    bench.handlers.replies |= {
        "rupture.open": FORM,
        "debrief": InvalidAnswers({"form": "Not this one."}),
    }
    dialog_fetch = activities.build_dialog_fetch(
        bench.ms.service_url, activities.button_data("rupture.open", "d")
    )
    data = find_action(await bench.send_for_card(dialog_fetch), "Save")["data"]

    card = await bench.send_for_card(
        activities.build_dialog_submission(bench.ms.service_url, data | {"form": "against"})
    )

    assert [request.name for request in bench.handlers.requests] == [
        "rupture.open",
        "debrief",
        "rupture.open",
    ]
    assert any("Not this one." in text for text in collect_texts(card))
    assert '"value": "against"' in json.dumps(card)
    assert unpack_action_data(find_action(card, "Save")["data"]) == unpack_action_data(data)


async def test_validation_errors_without_a_form_are_a_message(bench: AdapterBench) -> None:
    """Where the form cannot be rendered again, the errors are rendered as a message."""
    bench.handlers.replies |= {"debrief": InvalidAnswers({"form": "Not this one."})}

    data = activities.form_data("debrief", form="away")
    card = await bench.send_for_card(activities.build_dialog_submission(bench.ms.service_url, data))

    assert "Not this one." in collect_texts(card)


async def test_a_refresh_button_rebuilds_the_form(bench: AdapterBench) -> None:
    """The refresh action calls the form's handler with the current answers."""
    refreshing = Form(
        "debrief",
        "Debrief",
        (ChoiceField("a", "A?", (Option("x", "X"),), refreshes_form=True),),
        submit="Save",
    )
    bench.handlers.replies |= {"rupture.open": refreshing, "debrief": FORM}
    dialog_fetch = activities.build_dialog_fetch(
        bench.ms.service_url, activities.button_data("rupture.open")
    )
    card = await bench.send_for_card(dialog_fetch)
    refresh_action = next(
        action
        for action in collect_actions(card)
        if unpack_action_data(action["data"]).action.step is RequestStep.CHANGED
    )

    await bench.send_for_card(
        activities.build_dialog_submission(
            bench.ms.service_url, refresh_action["data"] | {"a": "x"}
        )
    )

    request = bench.handlers.requests[-1]
    assert (request.name, request.step, request.answers) == (
        "debrief",
        RequestStep.CHANGED,
        {"a": ("x",)},
    )


async def test_a_closed_form_is_replaced_by_its_launcher(bench: AdapterBench) -> None:
    """A form that is cancelled in a card is replaced by the launcher card that opens it again."""
    bench.handlers.replies |= {"rupture": FORM, "debrief": None}
    data = pack_action_data(Action("commands", "rupture"), CardContext(CardSurface.MESSAGE))
    form = await bench.send_for_card(activities.build_card_action(bench.ms.service_url, data))

    card = await bench.send_for_card(
        activities.build_card_action(bench.ms.service_url, find_action(form, "Cancel")["data"])
    )

    assert bench.handlers.requests[-1].step is RequestStep.CLOSED
    assert unpack_action_data(collect_actions(card)[0]["data"]).action == Action(
        "commands", "rupture"
    )


async def test_a_closed_dialog_has_an_empty_response(bench: AdapterBench) -> None:
    """An empty response closes the dialog."""
    bench.handlers.replies["debrief"] = None
    data = pack_action_data(
        Action("forms", "debrief", step=RequestStep.CLOSED), CardContext(CardSurface.DIALOG)
    )

    response = await bench.send_activity(
        activities.build_dialog_submission(bench.ms.service_url, data)
    )

    assert (response.status, response.body) == (200, b"")


REQUEST_BY_SURFACE = {
    "a message": (CardSurface.MESSAGE, CHAT_ID, Surface.MESSAGE),
    "the home page": (CardSurface.HOME, "", Surface.HOME),
    "a form in a card": (CardSurface.FORM, CHAT_ID, Surface.FORM),
}


@pytest.mark.parametrize(
    ("card_surface", "channel", "surface"),
    REQUEST_BY_SURFACE.values(),
    ids=REQUEST_BY_SURFACE.keys(),
)
async def test_a_card_action_is_answered_on_its_surface(
    bench: AdapterBench, card_surface: CardSurface, channel: str, surface: Surface
) -> None:
    """The request has the surface of the button, and the response replaces its card."""
    bench.handlers.replies["tip.next"] = HELLO
    data = activities.button_data("tip.next", "1", card_surface)

    card = await bench.send_for_card(activities.build_card_action(bench.ms.service_url, data))

    request = bench.handlers.requests[0]
    assert (request.channel, request.surface) == (channel, surface)
    assert "Hello you" in collect_texts(card)
    assert bench.ms.calls == []


async def test_a_message_in_a_dialog_has_the_dialog_title(bench: AdapterBench) -> None:
    """A reply that is no form is rendered in the open dialog, whose title is unchanged."""
    bench.handlers.replies["kept"] = HELLO
    data = pack_action_data(
        Action("buttons", "kept"), CardContext(CardSurface.DIALOG, "k", "Your guide")
    )

    response = await bench.send_activity(
        activities.build_dialog_submission(bench.ms.service_url, data)
    )

    assert response.json["task"]["value"]["title"] == "Your guide"


OUTDATED_DATA = {
    "another schema": {"form": "away"},
    "no data": {},
    "an unknown button": activities.button_data("unknown"),
    "an unknown form": activities.form_data("unknown", form="away"),
}


@pytest.mark.parametrize("data", OUTDATED_DATA.values(), ids=OUTDATED_DATA.keys())
@pytest.mark.parametrize(
    "build", ["build_card_action", "build_dialog_fetch", "build_dialog_submission"]
)
async def test_an_action_without_a_handler_is_answered(
    bench: AdapterBench, data: dict[str, Any], build: str
) -> None:
    """Data of another schema and unknown names are answered in the card, and in the dialog."""
    card = await bench.send_for_card(getattr(activities, build)(bench.ms.service_url, data))

    assert OUTDATED.summary in collect_texts(card)


async def test_an_unknown_form_can_be_closed(bench: AdapterBench) -> None:
    """Closing a form without a handler closes it, as with any other form."""
    action = Action("forms", "unknown", step=RequestStep.CLOSED)
    data = pack_action_data(action, CardContext(CardSurface.FORM, "k"))

    card = await bench.send_for_card(activities.build_card_action(bench.ms.service_url, data))

    assert collect_texts(card) == ["Done."]
    assert bench.handlers.requests == []


async def test_a_forged_keyword_is_dropped(bench: AdapterBench) -> None:
    """An unknown keyword in a forged card action is not passed to the handler."""
    bench.handlers.replies["rupture"] = FORM
    data = pack_action_data(
        Action("commands", "rupture", keyword="my client"), CardContext(CardSurface.MESSAGE)
    )

    await bench.send_activity(activities.build_dialog_fetch(bench.ms.service_url, data))

    assert bench.handlers.requests[0].keyword == "\ufffd"
