from dataclasses import replace

from bot.content.catalogue import load_catalogue
from bot.domain.teams import welcome_card
from bot.elements import ActionRow, Audience, Button, Caption, Message, Text
from tests.domain.teams.test_setup_form import TEAM

WORDS = load_catalogue().get_pack("en")


def card_text(card: Message) -> str:
    """Return the texts of a card."""
    return "\n".join(element.text for element in card.body if isinstance(element, Text | Caption))


def test_the_card_mentions_setter_and_supervisors() -> None:
    """The public card mentions the setter and the supervisors."""
    card = welcome_card.render_introduction(TEAM, "U1", ("U8", "U9"), WORDS)

    assert card.audience is Audience.TEAM
    assert "@{U1}" in card_text(card)
    assert "@{U8} and @{U9}" in card_text(card)


def test_a_set_up_by_the_operator_mentions_no_setter() -> None:
    """A set-up by the operator mentions no setter."""
    assert "the people who run Attune" in card_text(
        welcome_card.render_introduction(TEAM, "", ("U9",), WORDS)
    )


def test_the_card_has_its_buttons_and_privacy_statement() -> None:
    """The card has two buttons and states what a supervisor cannot see."""
    card = welcome_card.render_introduction(TEAM, "U1", ("U9",), WORDS)

    controls = [
        control for row in card.body if isinstance(row, ActionRow) for control in row.controls
    ]
    assert [control.name for control in controls if isinstance(control, Button)] == ["join", "kept"]
    assert (
        "One private question a week. Your supervisor cannot see whether you joined, answered, "
        "paused or left." in card_text(card)
    )


def test_the_card_describes_tip_days_and_readers() -> None:
    """The last line describes the tip days and who may read the tables."""
    closed_text = card_text(
        welcome_card.render_introduction(replace(TEAM, open_to_team=False), "", ("U9",), WORDS)
    )
    open_text = card_text(
        welcome_card.render_introduction(replace(TEAM, tip_days=(2, 4)), "", ("U9",), WORDS)
    )

    assert "No tips are posted here" in closed_text
    assert "everybody can read" not in closed_text
    assert "Tuesday and Thursday" in open_text
    assert "everybody can read" in open_text


def test_a_card_posted_again_names_who_posted_it() -> None:
    """A repeated card does not state that the person who posted it set the team up."""
    text = card_text(welcome_card.render_introduction(TEAM, "U1", ("U9",), WORDS, is_repost=True))

    assert "Posted again by @{U1}" in text
    assert "Set up by" not in text
