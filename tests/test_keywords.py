"""Which text after a command is accepted as a keyword."""

import pytest

from bot.keywords import UNKNOWN_KEYWORD, Keywords

RUPTURE = Keywords(frozenset({"guide", "withdraw", "help"}))
CHECKIN = Keywords(frozenset({"join", "pause", "leave", "help"}), frozenset({"join", "leave"}))
TIP = Keywords(frozenset({"next", "our", "our-own", "pourquoi", "\u4fe1\u4efb"}))
FULL_WIDTH_HELP = "\uff28\uff45\uff4c\uff50\uff0c\u8c22\u8c22"

PREFIXES = [
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


@pytest.mark.parametrize(("typed", "keyword"), PREFIXES)
def test_keyword_prefix_is_matched(typed: str, keyword: str) -> None:
    """Case, width, punctuation and the text after a keyword are ignored."""
    assert RUPTURE.match(typed) == keyword


@pytest.mark.parametrize("typed", ["guided", "helpful", "helpé", "my guide", "!", UNKNOWN_KEYWORD])
def test_text_without_keyword_prefix_is_unknown(typed: str) -> None:
    """A longer word, or a keyword later in the text, does not match."""
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
def test_keywords_of_every_language_are_matched(typed: str, keyword: str) -> None:
    """French, Chinese and custom topics match, and the longer of two topics is preferred."""
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
def test_keyword_without_confirmation_needs_an_exact_match(typed: str, keyword: str) -> None:
    """A sentence that starts with "leave" does not run the command."""
    assert CHECKIN.match(typed) == keyword


@pytest.mark.parametrize("keyword", ["", "guide", UNKNOWN_KEYWORD])
def test_matching_is_idempotent(keyword: str) -> None:
    """A matched keyword that a card sends back matches itself."""
    assert RUPTURE.match(keyword) == keyword


def test_command_without_keywords_matches_nothing() -> None:
    """If a command has no keywords, any text is unknown."""
    assert Keywords().match("help me") == UNKNOWN_KEYWORD
