"""Word count that is comparable between scripts with and without spaces."""

import re
from functools import lru_cache

_HAN_PATTERN = re.compile(r"[\u3400-\u9fff]")
_FULL_WIDTH_PATTERN = re.compile(r"[\u2010-\u2027\u3000-\u303f\uff00-\uffef]")

CHARACTERS_PER_WORD = 2
"""Number of Chinese characters that take as long to read as one English word."""


@lru_cache(maxsize=2048)
def count_words(text: str) -> int:
    """Return the number of words in *text*; Chinese characters count in pairs, rounded up."""
    if text.isascii():
        return len(text.split())
    spaced_text, character_count = _HAN_PATTERN.subn(" ", text)
    if character_count:
        spaced_text = _FULL_WIDTH_PATTERN.sub(" ", spaced_text)
    return len(spaced_text.split()) + -(-character_count // CHARACTERS_PER_WORD)
