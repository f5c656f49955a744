"""What people do on cards and in dialogs, and what takes their place."""

import json
from typing import Any

import pytest

from bot.chat.msteams.action_data import (
    Action,
    CardContext,
    Surface,
    pack_action_data,
    unpack_action_data,
)
from bot.conversation import InvalidAnswers
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


async def test_a_form_opens_as_a_dialog(bench: AdapterBench) -> None:
    """A button that opens a form gets it as a dialog, under its title."""
    bench.handlers.replies["checkin.answer"] = FORM
    data = activities.button_data("checkin.answer", "2026-W48:circle")

    answer = await bench.send_activity(activities.build_dialog_fetch(bench.ms.service_url, data))

    task = answer.json["task"]
    assert (task["type"], task["value"]["title"]) == ("continue", "Debrief")
    assert bench.handlers.requests[0].data == "2026-W48:circle"
    assert "Input.ChoiceSet" in json.dumps(task["value"]["card"]["content"])


@pytest.mark.parametrize("where", ["dialog", "card"])
async def test_sending_a_form_off_turns_it_into_the_guide(bench: AdapterBench, where: str) -> None:
    """The answers reach the handler by field, and the guide stands where the form stood."""
    bench.handlers.replies |= {"rupture.open": FORM, "debrief": GUIDE}
    acts = {"dialog": activities.build_dialog_fetch, "card": activities.build_card_action}
    sends = {"dialog": activities.build_dialog_submission, "card": activities.build_card_action}

    form = await bench.send_for_card(
        acts[where](bench.ms.service_url, activities.button_data("rupture.open"))
    )
    data = find_action(form, "Save")["data"] | {"form": "away"}
    guide = await bench.send_for_card(sends[where](bench.ms.service_url, data))

    request = bench.handlers.requests[-1]
    assert (request.name, request.step, request.data) == ("debrief", "submitted", "d")
    assert (request.answers, request.inside_form) == ({"form": ("away",)}, True)
    assert "Seven steps" in collect_texts(guide)
    assert bench.ms.calls == []


async def test_a_double_click_bears_the_same_key(bench: AdapterBench) -> None:
    """Sent off twice, a form asks under one key; opened afresh, under another."""
    bench.handlers.replies |= {"rupture.open": FORM, "debrief": GUIDE}

    for _ in range(2):
        opened = activities.build_dialog_fetch(
            bench.ms.service_url, activities.button_data("rupture.open")
        )
        data = find_action(await bench.send_for_card(opened), "Save")["data"] | {"form": "away"}
        for _ in range(2):
            await bench.send_activity(
                activities.build_dialog_submission(bench.ms.service_url, data)
            )

    keys = [one.idempotency_key for one in bench.handlers.requests if one.step == "submitted"]
    assert keys[0] == keys[1] != keys[2] == keys[3]


async def test_errors_stand_at_their_fields(bench: AdapterBench) -> None:
    """What cannot be kept is said in the form itself, filled in as it was, under the same key."""
    bench.handlers.replies |= {
        "rupture.open": FORM,
        "debrief": InvalidAnswers({"form": "Not this one."}),
    }
    opened = activities.build_dialog_fetch(
        bench.ms.service_url, activities.button_data("rupture.open", "d")
    )
    data = find_action(await bench.send_for_card(opened), "Save")["data"]

    card = await bench.send_for_card(
        activities.build_dialog_submission(bench.ms.service_url, data | {"form": "against"})
    )

    assert [one.name for one in bench.handlers.requests] == [
        "rupture.open",
        "debrief",
        "rupture.open",
    ]
    assert any("Not this one." in one for one in collect_texts(card))
    assert '"value": "against"' in json.dumps(card)
    assert unpack_action_data(find_action(card, "Save")["data"]) == unpack_action_data(data)


async def test_errors_of_a_form_that_opens_no_more_are_said_alone(bench: AdapterBench) -> None:
    """Where the form cannot be shown again the sentences are, and nothing is lost in silence."""
    bench.handlers.replies |= {"debrief": InvalidAnswers({"form": "Not this one."})}

    data = activities.form_data("debrief", form="away")
    card = await bench.send_for_card(activities.build_dialog_submission(bench.ms.service_url, data))

    assert "Not this one." in collect_texts(card)


async def test_a_dependent_field_reshapes_its_form(bench: AdapterBench) -> None:
    """The step that follows a touched field asks the form's handler for what fits."""
    refreshing = Form(
        "debrief",
        "Debrief",
        (ChoiceField("a", "A?", (Option("x", "X"),), refreshes_form=True),),
        submit="Save",
    )
    bench.handlers.replies |= {"rupture.open": refreshing, "debrief": FORM}
    opened = activities.build_dialog_fetch(
        bench.ms.service_url, activities.button_data("rupture.open")
    )
    card = await bench.send_for_card(opened)
    changes = next(
        one
        for one in collect_actions(card)
        if unpack_action_data(one["data"]).action.step == "changed"
    )

    await bench.send_for_card(
        activities.build_dialog_submission(bench.ms.service_url, changes["data"] | {"a": "x"})
    )

    request = bench.handlers.requests[-1]
    assert (request.name, request.step, request.answers) == ("debrief", "changed", {"a": ("x",)})


async def test_a_form_that_is_put_away_leaves_its_opener(bench: AdapterBench) -> None:
    """Cancelled in the card, a form gives way to the card that opens it afresh."""
    bench.handlers.replies |= {"rupture": FORM, "debrief": None}
    data = pack_action_data(Action("commands", "rupture"), CardContext(Surface.MESSAGE))
    form = await bench.send_for_card(activities.build_card_action(bench.ms.service_url, data))

    card = await bench.send_for_card(
        activities.build_card_action(bench.ms.service_url, find_action(form, "Cancel")["data"])
    )

    assert bench.handlers.requests[-1].step == "closed"
    assert unpack_action_data(collect_actions(card)[0]["data"]).action == Action(
        "commands", "rupture"
    )


async def test_a_dialog_that_is_put_away_closes(bench: AdapterBench) -> None:
    """With nothing to show, the dialog goes."""
    bench.handlers.replies["debrief"] = None
    data = pack_action_data(Action("forms", "debrief", step="closed"), CardContext(Surface.DIALOG))

    answer = await bench.send_activity(
        activities.build_dialog_submission(bench.ms.service_url, data)
    )

    assert (answer.status, answer.body) == (200, b"")


PLACES = {
    "a message": (Surface.MESSAGE, CHAT_ID, False),
    "one's own page": (Surface.HOME, "", False),
    "a form in a card": (Surface.FORM, "", True),
}


@pytest.mark.parametrize(("place", "channel", "inside"), PLACES.values(), ids=PLACES.keys())
async def test_a_step_is_answered_in_its_place(
    bench: AdapterBench, place: Surface, channel: str, *, inside: bool
) -> None:
    """Handlers hear where a button was pressed, and the answer takes the place of the card."""
    bench.handlers.replies["tip.next"] = HELLO
    data = activities.button_data("tip.next", "1", place)

    card = await bench.send_for_card(activities.build_card_action(bench.ms.service_url, data))

    request = bench.handlers.requests[0]
    assert (request.channel, request.inside_form) == (channel, inside)
    assert "Hello you" in collect_texts(card)
    assert bench.ms.calls == []


async def test_in_a_dialog_a_message_is_read_under_the_dialogs_title(bench: AdapterBench) -> None:
    """A reply that is no form stands in the open dialog."""
    bench.handlers.replies["kept"] = HELLO
    data = pack_action_data(
        Action("buttons", "kept"), CardContext(Surface.DIALOG, "k", "Your guide")
    )

    answer = await bench.send_activity(
        activities.build_dialog_submission(bench.ms.service_url, data)
    )

    assert answer.json["task"]["value"]["title"] == "Your guide"


@pytest.mark.parametrize("data", [{"form": "away"}, activities.button_data("unknown")])
async def test_what_this_bot_never_offered_has_no_effect(
    bench: AdapterBench, data: dict[str, Any]
) -> None:
    """Data that is not ours, and steps that nobody answers, are acknowledged."""
    answer = await bench.send_activity(
        activities.build_dialog_submission(bench.ms.service_url, data)
    )

    assert (answer.status, answer.body) == (200, b"")
    assert bench.handlers.requests == []


async def test_a_keyword_that_is_none_is_thrown_away_on_a_card_too(bench: AdapterBench) -> None:
    """Even a forged card brings no words to a handler."""
    bench.handlers.replies["rupture"] = FORM
    data = pack_action_data(
        Action("commands", "rupture", keyword="my client"), CardContext(Surface.MESSAGE)
    )

    await bench.send_activity(activities.build_dialog_fetch(bench.ms.service_url, data))

    assert bench.handlers.requests[0].keyword == "\ufffd"
