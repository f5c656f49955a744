"""What people do on cards and in dialogs, and what takes their place."""

import json
from typing import Any

import pytest

from bot.chat.msteams.action_data import Act, Place, Stand, pack, unpack
from bot.conversation import Invalid
from bot.elements import Choice, Form, Option
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHAT
from tests.chat.msteams.testbed import FORM, GUIDE, HELLO, Bench, action, actions, texts


async def test_a_form_opens_as_a_dialog(bench: Bench) -> None:
    """A button that opens a form gets it as a dialog, under its title."""
    bench.handlers.replies["checkin.answer"] = FORM
    data = activities.button("checkin.answer", "2026-W48:circle")

    answer = await bench.send(activities.fetched(bench.ms.service, data))

    task = answer.json["task"]
    assert (task["type"], task["value"]["title"]) == ("continue", "Debrief")
    assert bench.handlers.asked[0].data == "2026-W48:circle"
    assert "Input.ChoiceSet" in json.dumps(task["value"]["card"]["content"])


@pytest.mark.parametrize("where", ["dialog", "card"])
async def test_sending_a_form_off_turns_it_into_the_guide(bench: Bench, where: str) -> None:
    """The answers reach the handler by field, and the guide stands where the form stood."""
    bench.handlers.replies |= {"rupture.open": FORM, "debrief": GUIDE}
    acts = {"dialog": activities.fetched, "card": activities.executed}
    sends = {"dialog": activities.submitted, "card": activities.executed}

    form = await bench.card(acts[where](bench.ms.service, activities.button("rupture.open")))
    data = action(form, "Save")["data"] | {"form": "away"}
    guide = await bench.card(sends[where](bench.ms.service, data))

    request = bench.handlers.asked[-1]
    assert (request.name, request.step, request.data) == ("debrief", "submitted", "d")
    assert (request.answers, request.inside_form) == ({"form": ("away",)}, True)
    assert "Seven steps" in texts(guide)
    assert bench.ms.calls == []


async def test_a_double_click_bears_the_same_key(bench: Bench) -> None:
    """Sent off twice, a form asks under one key; opened afresh, under another."""
    bench.handlers.replies |= {"rupture.open": FORM, "debrief": GUIDE}

    for _ in range(2):
        opened = activities.fetched(bench.ms.service, activities.button("rupture.open"))
        data = action(await bench.card(opened), "Save")["data"] | {"form": "away"}
        for _ in range(2):
            await bench.send(activities.submitted(bench.ms.service, data))

    keys = [one.key for one in bench.handlers.asked if one.step == "submitted"]
    assert keys[0] == keys[1] != keys[2] == keys[3]


async def test_errors_stand_at_their_fields(bench: Bench) -> None:
    """What cannot be kept is said in the form itself, filled in as it was, under the same key."""
    bench.handlers.replies |= {"rupture.open": FORM, "debrief": Invalid({"form": "Not this one."})}
    opened = activities.fetched(bench.ms.service, activities.button("rupture.open", "d"))
    data = action(await bench.card(opened), "Save")["data"]

    card = await bench.card(activities.submitted(bench.ms.service, data | {"form": "against"}))

    assert [one.name for one in bench.handlers.asked] == ["rupture.open", "debrief", "rupture.open"]
    assert any("Not this one." in one for one in texts(card))
    assert '"value": "against"' in json.dumps(card)
    assert unpack(action(card, "Save")["data"]) == unpack(data)


async def test_errors_of_a_form_that_opens_no_more_are_said_alone(bench: Bench) -> None:
    """Where the form cannot be shown again the sentences are, and nothing is lost in silence."""
    bench.handlers.replies |= {"debrief": Invalid({"form": "Not this one."})}

    data = activities.form("debrief", form="away")
    card = await bench.card(activities.submitted(bench.ms.service, data))

    assert "Not this one." in texts(card)


async def test_a_dependent_field_reshapes_its_form(bench: Bench) -> None:
    """The step that follows a touched field asks the form's handler for what fits."""
    refreshing = Form(
        "debrief",
        "Debrief",
        (Choice("a", "A?", (Option("x", "X"),), refreshes=True),),
        submit="Save",
    )
    bench.handlers.replies |= {"rupture.open": refreshing, "debrief": FORM}
    opened = activities.fetched(bench.ms.service, activities.button("rupture.open"))
    card = await bench.card(opened)
    changes = next(one for one in actions(card) if unpack(one["data"]).act.step == "changed")

    await bench.card(activities.submitted(bench.ms.service, changes["data"] | {"a": "x"}))

    request = bench.handlers.asked[-1]
    assert (request.name, request.step, request.answers) == ("debrief", "changed", {"a": ("x",)})


async def test_a_form_that_is_put_away_leaves_its_opener(bench: Bench) -> None:
    """Cancelled in the card, a form gives way to the card that opens it afresh."""
    bench.handlers.replies |= {"rupture": FORM, "debrief": None}
    data = pack(Act("commands", "rupture"), Stand(Place.MESSAGE))
    form = await bench.card(activities.executed(bench.ms.service, data))

    card = await bench.card(activities.executed(bench.ms.service, action(form, "Cancel")["data"]))

    assert bench.handlers.asked[-1].step == "closed"
    assert unpack(actions(card)[0]["data"]).act == Act("commands", "rupture")


async def test_a_dialog_that_is_put_away_closes(bench: Bench) -> None:
    """With nothing to show, the dialog goes."""
    bench.handlers.replies["debrief"] = None
    data = pack(Act("forms", "debrief", step="closed"), Stand(Place.DIALOG))

    answer = await bench.send(activities.submitted(bench.ms.service, data))

    assert (answer.status, answer.body) == (200, b"")


PLACES = {
    "a message": (Place.MESSAGE, CHAT, False),
    "one's own page": (Place.HOME, "", False),
    "a form in a card": (Place.FORM, "", True),
}


@pytest.mark.parametrize(("place", "channel", "inside"), PLACES.values(), ids=PLACES.keys())
async def test_a_step_is_answered_in_its_place(
    bench: Bench, place: Place, channel: str, *, inside: bool
) -> None:
    """Handlers hear where a button was pressed, and the answer takes the place of the card."""
    bench.handlers.replies["tip.next"] = HELLO
    data = activities.button("tip.next", "1", place)

    card = await bench.card(activities.executed(bench.ms.service, data))

    request = bench.handlers.asked[0]
    assert (request.channel, request.inside_form) == (channel, inside)
    assert "Hello you" in texts(card)
    assert bench.ms.calls == []


async def test_in_a_dialog_a_message_is_read_under_the_dialogs_title(bench: Bench) -> None:
    """A reply that is no form stands in the open dialog."""
    bench.handlers.replies["kept"] = HELLO
    data = pack(Act("buttons", "kept"), Stand(Place.DIALOG, "k", "Your guide"))

    answer = await bench.send(activities.submitted(bench.ms.service, data))

    assert answer.json["task"]["value"]["title"] == "Your guide"


@pytest.mark.parametrize("data", [{"form": "away"}, activities.button("unknown")])
async def test_what_this_bot_never_offered_has_no_effect(
    bench: Bench, data: dict[str, Any]
) -> None:
    """Data that is not ours, and steps that nobody answers, are acknowledged."""
    answer = await bench.send(activities.submitted(bench.ms.service, data))

    assert (answer.status, answer.body) == (200, b"")
    assert bench.handlers.asked == []


async def test_a_keyword_that_is_none_is_thrown_away_on_a_card_too(bench: Bench) -> None:
    """Even a forged card brings no words to a handler."""
    bench.handlers.replies["rupture"] = FORM
    data = pack(Act("commands", "rupture", keyword="my client"), Stand(Place.MESSAGE))

    await bench.send(activities.fetched(bench.ms.service, data))

    assert bench.handlers.asked[0].keyword == "\ufffd"
