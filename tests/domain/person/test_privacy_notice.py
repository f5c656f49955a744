from dataclasses import replace
from datetime import date

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.people import Team
from bot.domain.person import privacy_notice
from bot.elements import Text
from tests.domain.teams.test_setup_form import TEAM

WORDS = load_catalogue().get_pack("en")
MONDAY = date(2026, 7, 6)
CLOSED = replace(TEAM, open_to_team=False)


@pytest.mark.parametrize(
    ("team", "closes", "said"),
    [
        (CLOSED, MONDAY, "From Monday, July 6 on, your supervisor can see"),
        (TEAM, MONDAY, "From Monday, July 6 on, your supervisor and your team can see"),
        (TEAM, None, "no period open"),
        (None, None, "no team's list"),
    ],
)
def test_the_policy_is_two_sentences(team: Team | None, closes: date | None, said: str) -> None:
    """What will be seen and from when, or that nothing will be."""
    first, second = privacy_notice.policy_sentences(WORDS, team, closes)

    assert said in first
    assert second.endswith(".")


def test_what_was_filed_is_told_with_its_day() -> None:
    """Kept, with the day before which it can be taken back; or not kept, and why."""
    kept = privacy_notice.filing_note(WORDS, on_roster=True, withdrawable_until=MONDAY)
    too_few = privacy_notice.filing_note(WORDS, on_roster=True, withdrawable_until=None)
    stranger = privacy_notice.filing_note(WORDS, on_roster=False, withdrawable_until=None)

    assert "Before Monday, July 6" in kept
    assert len({kept, too_few, stranger}) == 3


def test_the_notice_tells_what_is_kept_and_what_is_not() -> None:
    """Both lists, in that order, the same for every reader."""
    lists = [one.text for one in privacy_notice.render_notice(WORDS).body if isinstance(one, Text)]

    assert [text.count("\N{BULLET}") for text in lists] == [0, 7, 3]
