from dataclasses import replace
from datetime import date

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.counts.next_release import NextRelease
from bot.domain.people import Team
from bot.domain.person import privacy_notice
from bot.domain.person.privacy_notice import FilingRefusal
from bot.elements import Text
from tests.domain.teams.test_setup_form import TEAM

WORDS = load_catalogue().get_pack("en")
MONDAY = date(2026, 7, 6)
CLOSED = replace(TEAM, open_to_team=False)


@pytest.mark.parametrize(
    ("team", "next_release", "excerpt"),
    [
        (CLOSED, NextRelease(MONDAY), "From Monday, July 6 on, your supervisor can see"),
        (
            TEAM,
            NextRelease(MONDAY),
            "on, your supervisor and your team can see",
        ),
        (TEAM, NextRelease(MONDAY, is_key_lost=True), "neither counted nor published"),
        (TEAM, None, "no period open"),
        (None, None, "no team's list"),
    ],
)
def test_the_policy_is_two_sentences(
    team: Team | None, next_release: NextRelease | None, excerpt: str
) -> None:
    """The policy has two sentences: what becomes visible from when, or that nothing does."""
    first, second = privacy_notice.policy_sentences(WORDS, team, next_release)

    assert excerpt in first
    assert second.endswith(".")


def test_a_person_who_does_not_count_yet_reads_from_when_on() -> None:
    """Neither the form nor the note promises what is true of their team alone."""
    lines = privacy_notice.policy_sentences(WORDS, TEAM, None, counted_from=MONDAY)
    note = privacy_notice.filing_note(
        WORDS, on_roster=True, withdrawable_until=None, counted_from=MONDAY
    )

    assert "You count from Monday, July 6 on" in lines[0]
    assert "nothing is filed" in lines[1]
    assert "From Monday, July 6 on you count" in note


@pytest.mark.parametrize("team", [CLOSED, TEAM, None])
def test_a_person_who_was_moved_reads_where_they_count(team: Team | None) -> None:
    """The present team's table is not theirs, whoever may read it."""
    lines = privacy_notice.policy_sentences(WORDS, team, NextRelease(MONDAY), moved_until=MONDAY)

    assert "Until Monday, July 6, what you file still counts where you were listed" in lines[0]


def test_the_filing_note_has_the_withdrawal_date() -> None:
    """The note has the last day of withdrawal, or the reason why nothing was stored."""
    stored = privacy_notice.filing_note(WORDS, on_roster=True, withdrawable_until=MONDAY)
    too_few = privacy_notice.filing_note(WORDS, on_roster=True, withdrawable_until=None)
    without_team = privacy_notice.filing_note(WORDS, on_roster=False, withdrawable_until=None)

    assert "Before Monday, July 6" in stored
    assert len({stored, too_few, without_team}) == 3


def test_the_notice_lists_stored_and_not_stored_data() -> None:
    """The notice has both lists, stored data first, with the months of tables between them."""
    lists = [
        element.text
        for element in privacy_notice.render_notice(WORDS).body
        if isinstance(element, Text)
    ]

    assert [text.count("\N{BULLET}") for text in lists] == [0, 10, 0, 3, 0, 0]


@pytest.mark.parametrize(
    ("refusal", "key"),
    [
        (FilingRefusal.FULL, "privacy.filed.full"),
        (FilingRefusal.KEY_LOST, "privacy.filed.lost"),
        (FilingRefusal.WITHDRAWN, "privacy.filed.withdrawn"),
    ],
)
def test_the_filing_note_says_why_nothing_is_stored(refusal: FilingRefusal, key: str) -> None:
    """A full record, a lost key and a debrief that was withdrawn each have a note."""
    note = privacy_notice.filing_note(
        WORDS,
        on_roster=True,
        withdrawable_until=None,
        refusal=refusal,
    )

    assert note == WORDS.translate(key)


PACKS = [load_catalogue().get_pack(tag) for tag in ("en", "fr", "zh")]


@pytest.mark.parametrize("words", PACKS, ids=lambda words: str(words.language))
def test_withdrawal_forms_say_that_a_key_is_lost(words: LanguagePack) -> None:
    """Neither form says what it says with the key, in any language."""
    forms = (privacy_notice.build_withdrawal_form, privacy_notice.build_withdrawn_form)
    texts = [
        {
            element.text
            for element in build(words, is_key_lost=True).body
            if isinstance(element, Text)
        }
        for build in forms
    ]
    assert texts == [
        {words.translate("privacy.withdraw.ask_lost")},
        {words.translate("privacy.withdraw.done_lost")},
    ]


def test_a_person_whose_year_is_full_reads_until_when() -> None:
    """Who is on no list for a while reads the day from which they count, before any other day."""
    note = privacy_notice.filing_note(
        WORDS,
        on_roster=True,
        withdrawable_until=None,
        counted_from=date(2026, 1, 5),
        exposure_pause_until=MONDAY,
    )

    assert note == WORDS.translate("privacy.filed.paused", day=WORDS.format_day(MONDAY))
