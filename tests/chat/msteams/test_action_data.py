import pytest

from bot.chat.msteams.action_data import (
    Action,
    ActionData,
    CardContext,
    ForeignActionError,
    Surface,
    pack_action_data,
    unpack_action_data,
)

OPENED = Action("forms", "which", step="submitted", answers={"which": ("new",)})
STAND = CardContext(Surface.DIALOG, "k1", "Your guide", OPENED)


def test_what_a_card_carries_comes_back_whole() -> None:
    """Whatever an action was given comes back as it was, with where it stood."""
    act = Action("buttons", "rupture.deeper", "away.touched")

    assert unpack_action_data(pack_action_data(act, STAND)) == ActionData(act, STAND)


def test_a_form_brings_back_its_answers_by_field() -> None:
    """Codes come one by one, a field left empty has none, a typed line keeps its commas."""
    act = Action("forms", "setup", "new", step="submitted")
    data = pack_action_data(act, STAND, ("name",))
    data |= {"name": " North, and South ", "tip_days": "2, 4", "practice": "", "day": "1"}

    assert unpack_action_data(data).action.answers == {
        "name": ("North, and South",),
        "tip_days": ("2", "4"),
        "practice": (),
        "day": ("1",),
    }


def test_inputs_beside_a_button_are_not_read() -> None:
    """A button pressed beside questions says nothing of their answers."""
    data = {**pack_action_data(Action("buttons", "kept"), STAND), "status": "touched"}

    assert unpack_action_data(data).action.answers == {}


GOOD = pack_action_data(Action("forms", "debrief", step="submitted"), STAND)
FOREIGN = {
    "nothing": None,
    "a text": "attune",
    "a list": [GOOD],
    "no part of ours": {"form": "away"},
    "ours as a text": {"attune": "x"},
    "no act": {"attune": {"place": "dialog"}},
    "an unknown table": {"attune": {"place": "dialog", "act": {"in": "secrets"}}},
    "an unknown place": {"attune": {"place": "wall", "act": {"in": "forms"}}},
    "an unknown step": {"attune": {"place": "dialog", "act": {"in": "forms", "step": "x"}}},
    "a name that is a number": {"attune": {"place": "dialog", "act": {"in": "forms", "name": 1}}},
    "an answer that is a table": {**GOOD, "status": {"a": 1}},
    "an answer without end": {**GOOD, "status": "a" * 8_001},
    "typed as a text": {"attune": {**GOOD["attune"], "typed": "name"}},
    "an opener that is a text": {"attune": {**GOOD["attune"], "opened_by": "x"}},
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN.keys())
def test_data_of_another_shape_is_told_apart(data: object) -> None:
    """What this bot never puts into a card is refused before anybody reads it."""
    with pytest.raises(ForeignActionError):
        unpack_action_data(data)
