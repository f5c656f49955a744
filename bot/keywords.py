"""Keywords of commands: the only typed text that an adapter forwards to a handler."""

import re
from dataclasses import dataclass
from unicodedata import normalize

UNKNOWN_KEYWORD = "\N{REPLACEMENT CHARACTER}"
"""Value of a request's ``keyword`` whose text matches none; the text itself is dropped."""


@dataclass(frozen=True)
class Keywords:
    """The keywords of one command.

    One that is also in ``exact_keywords`` changes data without a form to confirm it, so that it
    matches the whole string only, not a prefix.
    """

    accepted: frozenset[str] = frozenset()
    exact_keywords: frozenset[str] = frozenset()

    def match(self, typed: str) -> str:
        """Return the keyword that *typed* equals or starts with; the rest of the string is dropped.

        ``""`` for an empty string, :data:`UNKNOWN_KEYWORD` for no match. The string is normalized
        (NFKC, casefold), and leading punctuation is skipped. Of several matches the longest is
        returned. Chinese is written without spaces, so a keyword may be followed by a Chinese
        character, but by no other letter or digit.
        """
        text = " ".join(normalize("NFKC", typed).casefold().split())
        if not text or text in self.accepted:
            return text
        longest_first = sorted(self.accepted - self.exact_keywords, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, longest_first))
        prefix = re.match(rf"[\W_]*({alternatives})(?![^\W_\u3400-\u9fff])", text)
        return (prefix[1] if prefix else "") or UNKNOWN_KEYWORD
