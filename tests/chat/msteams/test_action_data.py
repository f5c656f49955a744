import pytest

from bot.chat.msteams.action_data import (
    Action,
    ActionData,
    CardContext,
    CardSurface,
    ForeignActionError,
    pack_action_data,
    unpack_action_data,
)
from bot.conversation import RequestStep

OPEN_ACTION = Action("forms", "which", step=RequestStep.SUBMITTED, answers={"which": ("new",)})
CARD_CONTEXT = CardContext(CardSurface.DIALOG, "k1", "Your guide", OPEN_ACTION)


def test_action_data_round_trips() -> None:
    """Action data is unpacked exactly as it was packed, with its card context."""
    action = Action("buttons", "rupture.deeper", "away.touched")

    assert unpack_action_data(pack_action_data(action, CARD_CONTEXT)) == ActionData(
        action, CARD_CONTEXT
    )


def test_form_answers_are_parsed_by_field() -> None:
    """Commas separate codes, an empty input has no codes, a text field's commas are literal."""
    action = Action("forms", "setup", "new", step=RequestStep.SUBMITTED)
    data = pack_action_data(action, CARD_CONTEXT, ("name",))
    data |= {"name": " North, and South ", "tip_days": "2, 4", "practice": "", "day": "1"}

    assert unpack_action_data(data).action.answers == {
        "name": ("North, and South",),
        "tip_days": ("2", "4"),
        "practice": (),
        "day": ("1",),
    }


def test_input_values_of_a_button_are_ignored() -> None:
    """A button on a card with inputs has no answers."""
    data = {**pack_action_data(Action("buttons", "kept"), CARD_CONTEXT), "status": "touched"}

    assert unpack_action_data(data).action.answers == {}


VALID_DATA = pack_action_data(Action("forms", "debrief", step=RequestStep.SUBMITTED), CARD_CONTEXT)
FOREIGN_DATA = {
    "nothing": None,
    "a text": "attune",
    "a list": [VALID_DATA],
    "no part of ours": {"form": "away"},
    "ours as a text": {"attune": "x"},
    "no act": {"attune": {"place": "dialog"}},
    "an unknown table": {"attune": {"place": "dialog", "act": {"in": "secrets"}}},
    "an unknown place": {"attune": {"place": "wall", "act": {"in": "forms"}}},
    "an unknown step": {"attune": {"place": "dialog", "act": {"in": "forms", "step": "x"}}},
    "a name that is a number": {"attune": {"place": "dialog", "act": {"in": "forms", "name": 1}}},
    "an answer that is a table": {**VALID_DATA, "status": {"a": 1}},
    "an answer without end": {**VALID_DATA, "status": "a" * 8_001},
    "typed as a text": {"attune": {**VALID_DATA["attune"], "typed": "name"}},
    "an opener that is a text": {"attune": {**VALID_DATA["attune"], "opened_by": "x"}},
}


@pytest.mark.parametrize("data", FOREIGN_DATA.values(), ids=FOREIGN_DATA.keys())
def test_foreign_action_data_is_rejected(data: object) -> None:
    """Data that this bot never creates is rejected before it reaches a handler."""
    with pytest.raises(ForeignActionError):
        unpack_action_data(data)
