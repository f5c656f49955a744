"""How long a text is to read, whichever way its script parts words."""

import re

_HAN_PATTERN = re.compile(r"[\u3400-\u9fff]")
_FULL_WIDTH_PATTERN = re.compile(r"[\u2010-\u2027\u3000-\u303f\uff00-\uffef]")

CHARACTERS_PER_WORD = 2
"""Chinese characters that read as long as one English word does."""


def count_words(text: str) -> int:
    """Return how many words a reader takes *text* for; Chinese ones by their characters."""
    characters = len(_HAN_PATTERN.findall(text))
    others = _FULL_WIDTH_PATTERN.sub(" ", _HAN_PATTERN.sub(" ", text)) if characters else text
    return len(others.split()) + -(-characters // CHARACTERS_PER_WORD)
