from datetime import date

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.teams import team_removal
from bot.domain.teams.team_removal import RemovalEffects
from tests.sample_team import TEAM, reply_text

WORDS = load_catalogue().get_pack("en")


@pytest.mark.parametrize(
    ("last_close", "table_count", "expected"),
    [
        (date(2026, 10, 5), 2, ("still counts in this team until", "2 published tables stay")),
        (None, 0, ("No period is open", "No table has been published yet")),
    ],
    ids=["an open period", "neither period nor table"],
)
def test_the_form_states_what_closing_means(
    last_close: date | None, table_count: int, expected: tuple[str, str]
) -> None:
    """People, periods, tables and the channel each have a sentence, before and afterwards."""
    effects = RemovalEffects(TEAM, 9, last_close, table_count)

    for form in (
        team_removal.build_removal_form(effects, WORDS),
        team_removal.build_removed_form(effects, WORDS),
    ):
        text = reply_text(form)
        sentences = ("9 clinicians are on its list", *expected, "Its channel is free")
        assert all(sentence in text for sentence in sentences)


def test_the_confirmation_cannot_close_a_team_again() -> None:
    """The form to confirm carries the team; the one afterwards has nothing to submit."""
    effects = RemovalEffects(TEAM, 9, None, 0)
    before = team_removal.build_removal_form(effects, WORDS)
    after = team_removal.build_removed_form(effects, WORDS)

    assert (before.name, before.data, after.submit) == ("closing", TEAM.id, "")


def test_the_button_opens_the_form() -> None:
    """Nothing is closed by the button alone."""
    button = team_removal.build_removal_button(TEAM, WORDS)

    assert (button.name, button.data, button.opens_form) == ("supervision.close", TEAM.id, True)


def test_a_second_close_is_said_to_change_nothing() -> None:
    """The note names the team, and has nothing to submit."""
    form = team_removal.build_repeated_form(TEAM, WORDS)

    assert "**Monday team** is closed already" in reply_text(form)
    assert form.submit == ""
