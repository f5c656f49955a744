"""Word count of scripts with and without spaces."""

import pytest

from bot.content.word_count import count_words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Say it \N{EM DASH} once", 4),
        ("\u4fe1\u4efb", 1),
        ("\u8f93\u5165 /tip\uff0c\u770b\u4e00\u770b\u3002", 4),
    ],
)
def test_words_are_counted_by_script(text: str, count: int) -> None:
    """A word between spaces counts one, two Chinese characters count one, punctuation nothing."""
    assert count_words(text) == count
