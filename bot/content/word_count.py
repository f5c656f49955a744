"""Word count that is comparable between scripts with and without spaces."""

import re

_HAN_PATTERN = re.compile(r"[\u3400-\u9fff]")
_FULL_WIDTH_PATTERN = re.compile(r"[\u2010-\u2027\u3000-\u303f\uff00-\uffef]")

CHARACTERS_PER_WORD = 2
"""Number of Chinese characters that take as long to read as one English word."""


def count_words(text: str) -> int:
    """Return the number of words in *text*; Chinese characters count in pairs, rounded up."""
    character_count = len(_HAN_PATTERN.findall(text))
    spaced_text = (
        _FULL_WIDTH_PATTERN.sub(" ", _HAN_PATTERN.sub(" ", text)) if character_count else text
    )
    return len(spaced_text.split()) + -(-character_count // CHARACTERS_PER_WORD)
