"""Folds on Slack: texts in the value of a button, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.slack.render.blocks import BlockSurface, RenderContext, render_blocks
from bot.chat.slack.render.folds import (
    UNFOLD_ACTION_ID,
    FoldValueError,
    build_fold_button,
    unpack_blocks,
)
from bot.elements import ActionRow, Banner, Button, Caption, ContactLink, Element, Fold, Quote, Text

MODAL, MESSAGE, HOME = (
    RenderContext(surface, "T1")
    for surface in (BlockSurface.MODAL, BlockSurface.MESSAGE, BlockSurface.HOME)
)
_TEXTS = st.text(min_size=1, max_size=60).filter(str.strip)
TEXT_ELEMENTS: st.SearchStrategy[Element] = st.one_of(
    st.builds(Text, _TEXTS), st.builds(Caption, _TEXTS), st.builds(Quote, _TEXTS)
)


@given(st.lists(TEXT_ELEMENTS, min_size=1, max_size=4))
def test_unfolded_texts_are_the_rendered_ones(body: list[Element]) -> None:
    """The button's value has every block of its texts, as they are rendered without a fold."""
    blocks = render_blocks(body, MODAL)
    fold_button = build_fold_button("More", blocks)

    assert fold_button is not None
    assert unpack_blocks(fold_button["elements"][0]["value"]) == blocks


def test_a_fold_in_a_modal_is_a_button() -> None:
    """Texts, a quote and a link to a person are behind one button with the label of the fold."""
    body = (Text("Why"), Quote("Aloud"), Caption("Care"), ContactLink("U1", "Write"))
    (block,) = render_blocks([Fold("More", body)], MODAL)
    (button,) = block["elements"]

    assert (button["text"]["text"], button["action_id"]) == ("More", UNFOLD_ACTION_ID)
    assert unpack_blocks(button["value"]) == render_blocks(body, MODAL)


@pytest.mark.parametrize("context", [MESSAGE, HOME], ids=["message", "home"])
def test_a_fold_is_open_outside_a_modal(context: RenderContext) -> None:
    """A message or Home page shows the texts at once."""
    body = (Text("Why"), Quote("Aloud"))

    assert render_blocks([Fold("More", body)], context) == render_blocks(body, context)


@pytest.mark.parametrize(
    "body",
    [
        (Text("x" * 1990), Text("y")),
        (Text("a"), ActionRow((Button("tip.next", "Next"),))),
        (Banner("Call first."),),
    ],
    ids=["too long", "with a button", "with a banner"],
)
def test_what_no_button_holds_is_open(body: tuple[Element, ...]) -> None:
    """Texts of more than 2,000 characters, and other elements than texts, are shown at once."""
    assert render_blocks([Fold("More", body)], MODAL) == render_blocks(body, MODAL)


def test_a_fold_of_fields_is_requested_from_its_handler() -> None:
    """The button of a fold with a name has its data."""
    (block,) = render_blocks([Fold("More", (), "rupture.questions", "away.touched")], MODAL)
    (button,) = block["elements"]

    assert (button["action_id"], button["value"]) == ("rupture.questions", "away.touched")


@pytest.mark.parametrize("value", ["", "{", "5", "[5]", '[["a"]]', '[["image","x"]]', "null"])
def test_any_other_value_is_an_error(value: str) -> None:
    """A value that no fold has is no block."""
    with pytest.raises(FoldValueError):
        unpack_blocks(value)
