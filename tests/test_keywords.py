"""Which of the words typed after a command go any further."""

import pytest

from bot.conversation import UNKNOWN_KEYWORD, Keywords

RUPTURE = Keywords(frozenset({"guide", "withdraw", "help"}))
CHECKIN = Keywords(frozenset({"join", "pause", "leave", "help"}), frozenset({"join", "leave"}))
TIP = Keywords(frozenset({"next", "our", "our-own", "pourquoi", "\u4fe1\u4efb"}))
FULL_WIDTH_HELP = "\uff28\uff45\uff4c\uff50\uff0c\u8c22\u8c22"

BEGINNINGS = [
    ("", ""),
    ("  \u3000", ""),
    ("guide", "guide"),
    (" GUIDE ", "guide"),
    ("guide now", "guide"),
    ("Withdraw, please", "withdraw"),
    ("_withdraw_", "withdraw"),
    ("withdraw\u8bf7", "withdraw"),
    ("help\nme", "help"),
    (FULL_WIDTH_HELP, "help"),
]


@pytest.mark.parametrize(("typed", "keyword"), BEGINNINGS)
def test_the_keyword_at_the_beginning_counts(typed: str, keyword: str) -> None:
    """Case, width, punctuation and whatever follows make no difference to a keyword."""
    assert RUPTURE.match(typed) == keyword


@pytest.mark.parametrize("typed", ["guided", "helpful", "helpé", "my guide", "!", UNKNOWN_KEYWORD])
def test_what_begins_with_no_keyword_is_unknown(typed: str) -> None:
    """A longer word is no keyword, nor is one that comes later in a sentence."""
    assert RUPTURE.match(typed) == UNKNOWN_KEYWORD


@pytest.mark.parametrize(
    ("typed", "keyword"),
    [
        ("Pourquoi donc ?", "pourquoi"),
        ("\u4fe1\u4efb", "\u4fe1\u4efb"),
        ("\u4fe1\u4efb\u5417", "\u4fe1\u4efb"),
        ("\u4fe1\u4efb\u3000\u8bf7", "\u4fe1\u4efb"),
        ("our-own please", "our-own"),
        ("our cards", "our"),
    ],
)
def test_keywords_of_every_language_and_practice_count(typed: str, keyword: str) -> None:
    """French and Chinese topics are found, and of two topics the longer one."""
    assert TIP.match(typed) == keyword


@pytest.mark.parametrize(
    ("typed", "keyword"),
    [
        ("leave", "leave"),
        ("JOIN", "join"),
        ("leave me alone", UNKNOWN_KEYWORD),
        ("leave!", UNKNOWN_KEYWORD),
        ("join later", UNKNOWN_KEYWORD),
        ("pause until June", "pause"),
    ],
)
def test_a_keyword_that_acts_at_once_counts_alone(typed: str, keyword: str) -> None:
    """A sentence that happens to begin with "leave" makes nobody leave."""
    assert CHECKIN.match(typed) == keyword


@pytest.mark.parametrize("keyword", ["", "guide", UNKNOWN_KEYWORD])
def test_matching_twice_changes_nothing(keyword: str) -> None:
    """A keyword that a card carries means the same when it comes back."""
    assert RUPTURE.match(keyword) == keyword


def test_a_command_without_keywords_knows_no_word() -> None:
    """Where a command has no keyword, everything typed is unknown."""
    assert Keywords().match("help me") == UNKNOWN_KEYWORD
