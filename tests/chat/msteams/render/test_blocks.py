import pytest

from bot.chat.msteams.render.blocks import render_blocks
from bot.elements import Banner, Caption, ContactLink, Divider, Heading, Quote, Text
from tests.chat.msteams import cards, shown
from tests.chat.msteams.shown import ADA, KNOWN, MARIE, build_frame


def test_each_line_of_a_text_is_a_line_of_its_own() -> None:
    """Teams' Markdown would join them; a blank line is the space between two."""
    made = render_blocks([Text("One\n\n\u2022 **two**")], build_frame())

    assert [one["text"] for one in made] == ["One", "\u2022 **two**"]
    assert all(one["wrap"] for one in made)


def test_a_heading_is_one_to_a_screen_reader_too() -> None:
    """It is marked as a heading, and its text is literal."""
    (made,) = render_blocks([Heading("A * B")], build_frame())

    assert (made["style"], made["text"]) == ("heading", r"A \* B")


def test_a_quieter_line_is_smaller_and_keeps_its_links() -> None:
    """A source or a caution stands back, and can still be followed."""
    (made,) = render_blocks([Caption("[Source](https://example.org)")], build_frame())

    assert (made["size"], made["isSubtle"]) == ("Small", True)
    assert made["text"] == "[Source](https://example.org)"


def test_a_quote_is_shown_as_it_is_said() -> None:
    """No sign in a sentence that could be said aloud is taken for markup."""
    (made,) = render_blocks([Quote("What **I** missed_")], build_frame())

    assert made["items"][0]["inlines"][0]["text"] == "What **I** missed_"


@pytest.mark.parametrize(
    ("level", "sign"), [("warning", "\N{WARNING SIGN}"), ("info", "\N{INFORMATION SOURCE}")]
)
def test_a_banner_says_how_grave_it_is_without_colour(level: str, sign: str) -> None:
    """Its sign says so too."""
    made = render_blocks(
        [Banner("Call first.", "warning" if level == "warning" else "info")], build_frame()
    )

    assert made[0]["items"][0]["text"] == f"{sign} Call first."


def test_a_pause_is_a_rule_above_what_follows() -> None:
    """A divider at the end of a card, where nothing follows, is none."""
    made = render_blocks([Text("one"), Divider(), Divider(), Text("two"), Divider()], build_frame())

    assert [one.get("separator", False) for one in made] == [False, True]


def test_a_contact_opens_the_chat_with_that_person() -> None:
    """Teams opens the chat of the two; the clinician writes, and the bot sends nothing."""
    card = shown.render_message_card(ContactLink(MARIE, "Write to your supervisor"))
    opened = cards.actions_by_label(card)["Write to your supervisor"]

    assert opened["url"] == (
        f"https://teams.microsoft.com/l/chat/0/0?users=8%3Aorgid%3A{MARIE}&tenantId={KNOWN.tenant_id}"
    )


def test_mentions_say_whom_they_mean() -> None:
    """Every mention's text stands in the card's entities with the person's id, once."""
    card = shown.render_message_card(Text(f"@{{{MARIE}}} and @{{{ADA}}}"), Caption(f"@{{{MARIE}}}"))

    assert card["msteams"]["entities"] == [
        {
            "type": "mention",
            "text": f"<at>{KNOWN.person_names[person]}</at>",
            "mentioned": {"id": person, "name": KNOWN.person_names[person]},
        }
        for person in (MARIE, ADA)
    ]
    assert "msteams" not in shown.render_message_card(Text("nobody"))
