from dataclasses import replace

import pytest

from bot.chat.msteams.action_data import CardSurface
from bot.chat.msteams.render.blocks import render_blocks
from bot.chat.msteams.render.composition import Card
from bot.elements import (
    Banner,
    Caption,
    ChoiceField,
    ContactLink,
    Divider,
    Element,
    Fold,
    Heading,
    Option,
    Quote,
    Text,
)
from tests.chat.msteams import card_samples, cards
from tests.chat.msteams.card_samples import ADA, MARIE, RESOURCES, build_render_context


def test_each_line_of_a_text_is_a_block() -> None:
    """Each line is a block, as Teams' Markdown would join them; blank lines are dropped."""
    blocks = render_blocks([Text("One\n\n\u2022 **two**")], build_render_context())

    assert [block["text"] for block in blocks] == ["One", "\u2022 **two**"]
    assert all(block["wrap"] for block in blocks)


def test_a_heading_has_the_heading_style() -> None:
    """A heading has the style that screen readers list, and its text is escaped."""
    (block,) = render_blocks([Heading("A * B")], build_render_context())

    assert (block["style"], block["text"]) == ("heading", r"A \* B")


def test_a_caption_is_small_and_has_links() -> None:
    """A caption is small and subtle, and its links work."""
    (block,) = render_blocks([Caption("[Source](https://example.org)")], build_render_context())

    assert (block["size"], block["isSubtle"]) == ("Small", True)
    assert block["text"] == "[Source](https://example.org)"


def test_a_quote_has_no_markup() -> None:
    """No character of a quote is parsed as markup."""
    (panel,) = render_blocks([Quote("What **I** missed_")], build_render_context())

    assert panel["items"][0]["inlines"][0]["text"] == "What **I** missed_"


@pytest.mark.parametrize(
    ("level", "sign"), [("warning", "\N{WARNING SIGN}"), ("info", "\N{INFORMATION SOURCE}")]
)
def test_a_banner_has_an_icon_for_its_level(level: str, sign: str) -> None:
    """An icon repeats the level that the colour of a banner represents."""
    blocks = render_blocks(
        [Banner("Call first.", "warning" if level == "warning" else "info")], build_render_context()
    )

    assert blocks[0]["items"][0]["text"] == f"{sign} Call first."


def test_a_divider_is_a_separator_above_the_next_block() -> None:
    """A divider without a following block is not rendered."""
    blocks = render_blocks(
        [Text("one"), Divider(), Divider(), Text("two"), Divider()], build_render_context()
    )

    assert [block.get("separator", False) for block in blocks] == [False, True]


def test_a_contact_link_opens_the_chat_with_a_person() -> None:
    """The link opens the private chat of two people; the bot sends no message."""
    card = card_samples.render_message_card(ContactLink(MARIE, "Write to your supervisor"))
    action = cards.actions_by_label(card)["Write to your supervisor"]

    assert action["url"] == (
        f"https://teams.microsoft.com/l/chat/0/0?users=8%3Aorgid%3A{MARIE}&tenantId={RESOURCES.tenant_id}"
    )


def test_a_contact_link_escapes_the_id() -> None:
    """An id cannot add a parameter to the link, or change its path."""
    card = card_samples.render_message_card(ContactLink("a/../b?c#d&tenantId=e%", "Write"))

    query = "users=8%3Aorgid%3Aa%2F..%2Fb%3Fc%23d%26tenantId%3De%25"
    assert cards.actions_by_label(card)["Write"]["url"] == (
        f"https://teams.microsoft.com/l/chat/0/0?{query}&tenantId={RESOURCES.tenant_id}"
    )


def test_mentions_are_listed_as_entities() -> None:
    """Each mentioned person is listed once in the card's entities, with the person's id."""
    card = card_samples.render_message_card(
        Text(f"@{{{MARIE}}} and @{{{ADA}}}"), Caption(f"@{{{MARIE}}}")
    )

    assert card["msteams"]["entities"] == [
        {
            "type": "mention",
            "text": f"<at>{RESOURCES.person_names[person]}</at>",
            "mentioned": {"id": person, "name": RESOURCES.person_names[person]},
        }
        for person in (MARIE, ADA)
    ]
    assert "msteams" not in card_samples.render_message_card(Text("nobody"))


QUESTION = ChoiceField("mine", "Mine", (Option("a", "A"), Option("b", "B")), required=False)


def render_fold(body: tuple[Element, ...], **field_errors: str) -> tuple[Card, Card]:
    """Render a fold in a dialog, and return its button and its container."""
    context = build_render_context(CardSurface.DIALOG)
    row, container = render_blocks([Fold("More", body)], context, field_errors)
    (button,) = row["actions"]
    return button, container


def test_a_fold_is_shown_and_hidden_in_the_client() -> None:
    """The button toggles the container, which is hidden at first, without a request."""
    button, container = render_fold((Text("Two"), QUESTION))

    assert (button["type"], button["title"]) == ("Action.ToggleVisibility", "More")
    assert button["targetElements"] == [container["id"]]
    assert container["isVisible"] is False
    assert [item["type"] for item in container["items"]] == ["TextBlock", "Input.ChoiceSet"]


def test_two_folds_have_different_containers() -> None:
    """The button of one fold does not show the other."""
    context = build_render_context(CardSurface.DIALOG)
    folds = [Fold("Why", (Text("One"),)), Fold("More", (Text("Two"),))]
    containers = [b for b in render_blocks(folds, context) if b["type"] == "Container"]

    assert len({container["id"] for container in containers}) == 2


def test_a_fold_with_an_answer_or_an_error_is_open() -> None:
    """No answer is submitted unseen, and no error is hidden."""
    with_answer = render_fold((Text("Two"), replace(QUESTION, initial=("a",))))
    with_error = render_fold((Text("Two"), QUESTION), mine="Please keep one.")

    assert [container["isVisible"] for _, container in (with_answer, with_error)] == [True, True]


def test_a_fold_of_a_message_is_open() -> None:
    """A message shows the texts of a fold at once, as the other product does."""
    blocks = render_blocks([Fold("More", (Text("One"), Text("Two")))], build_render_context())

    assert [block["text"] for block in blocks] == ["One", "Two"]
