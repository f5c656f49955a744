"""Keywords of commands: the only typed words that an adapter passes on."""

import re
from dataclasses import dataclass
from unicodedata import normalize

UNKNOWN_KEYWORD = "\N{REPLACEMENT CHARACTER}"
"""Keyword of a command whose text matched none of its keywords; the text is dropped."""


@dataclass(frozen=True)
class Keywords:
    """The keywords of a command; ``exact_keywords`` act at once and match only if typed alone."""

    accepted: frozenset[str] = frozenset()
    exact_keywords: frozenset[str] = frozenset()

    def match(self, typed: str) -> str:
        """Return the keyword that *typed* equals or starts with; the remaining text is dropped.

        ``""`` for an empty string, :data:`UNKNOWN_KEYWORD` for no match. Case, full-width letters
        and punctuation are ignored. Chinese is written without spaces, so a keyword may be followed
        by a Chinese character, but not by any other letter.
        """
        text = " ".join(normalize("NFKC", typed).casefold().split())
        if not text or text in self.accepted:
            return text
        longest_first = sorted(self.accepted - self.exact_keywords, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, longest_first))
        prefix = re.match(rf"[\W_]*({alternatives})(?![^\W_\u3400-\u9fff])", text)
        return (prefix[1] if prefix else "") or UNKNOWN_KEYWORD
