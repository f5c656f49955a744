from dataclasses import replace

from bot.content.catalogue import load_catalogue
from bot.domain.teams import welcome_card
from bot.elements import ActionRow, Audience, Button, Caption, Message, Text
from tests.domain.teams.test_setup_form import TEAM

WORDS = load_catalogue().get_pack("en")


def written(card: Message) -> str:
    """The card's sentences."""
    return "\n".join(one.text for one in card.body if isinstance(one, Text | Caption))


def test_the_card_names_who_set_up_and_who_supervises() -> None:
    """Both are mentioned, for everybody in the channel to see."""
    card = welcome_card.render_introduction(TEAM, "U1", ("U8", "U9"), WORDS)

    assert card.audience is Audience.TEAM
    assert "@{U1}" in written(card)
    assert "@{U8} and @{U9}" in written(card)


def test_a_set_up_by_the_operator_names_no_person() -> None:
    """Where nobody in the workspace set it up, nobody is named for it."""
    assert "the people who run Attune" in written(
        welcome_card.render_introduction(TEAM, "", ("U9",), WORDS)
    )


def test_the_card_makes_its_promise_and_offers_two_steps() -> None:
    """Join, what is kept, and what a supervisor cannot see."""
    card = welcome_card.render_introduction(TEAM, "U1", ("U9",), WORDS)

    steps = [step for one in card.body if isinstance(one, ActionRow) for step in one.controls]
    assert [step.name for step in steps if isinstance(step, Button)] == ["join", "kept"]
    assert (
        "One private question a week. Your supervisor cannot see whether you joined, answered, "
        "paused or left." in written(card)
    )


def test_the_card_says_when_tips_come_and_who_reads_the_tables() -> None:
    """Its last line follows the set-up."""
    quiet = written(
        welcome_card.render_introduction(replace(TEAM, open_to_team=False), "", ("U9",), WORDS)
    )
    lively = written(
        welcome_card.render_introduction(replace(TEAM, tip_days=(2, 4)), "", ("U9",), WORDS)
    )

    assert "No tips are posted here" in quiet
    assert "everybody can read" not in quiet
    assert "Tuesday and Thursday" in lively
    assert "everybody can read" in lively
