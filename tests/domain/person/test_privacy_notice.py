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
    ("team", "closes", "excerpt"),
    [
        (CLOSED, MONDAY, "From Monday, July 6 on, your supervisor can see"),
        (TEAM, MONDAY, "From Monday, July 6 on, your supervisor and your team can see"),
        (TEAM, None, "no period open"),
        (None, None, "no team's list"),
    ],
)
def test_the_policy_is_two_sentences(team: Team | None, closes: date | None, excerpt: str) -> None:
    """The policy has two sentences: what becomes visible from when, or that nothing does."""
    first, second = privacy_notice.policy_sentences(WORDS, team, closes)

    assert excerpt in first
    assert second.endswith(".")


def test_the_filing_note_has_the_withdrawal_date() -> None:
    """The note has the last day of withdrawal, or the reason why nothing was stored."""
    stored = privacy_notice.filing_note(WORDS, on_roster=True, withdrawable_until=MONDAY)
    too_few = privacy_notice.filing_note(WORDS, on_roster=True, withdrawable_until=None)
    without_team = privacy_notice.filing_note(WORDS, on_roster=False, withdrawable_until=None)

    assert "Before Monday, July 6" in stored
    assert len({stored, too_few, without_team}) == 3


def test_the_notice_lists_stored_and_not_stored_data() -> None:
    """The notice has both lists, stored data first."""
    lists = [
        element.text
        for element in privacy_notice.render_notice(WORDS).body
        if isinstance(element, Text)
    ]

    assert [text.count("\N{BULLET}") for text in lists] == [0, 7, 3]


def test_the_filing_note_says_that_no_slot_is_left() -> None:
    """Where a record is full nothing was kept, and the note says why."""
    note = privacy_notice.filing_note(WORDS, on_roster=True, withdrawable_until=None, is_full=True)

    assert note == WORDS.translate("privacy.filed.full")
    assert note.startswith("Nothing was kept")
