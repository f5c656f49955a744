"""The concept index of CONTRIBUTING leads to the code."""

import re

import pytest

from tests.sources import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
INDEX = CONTRIBUTING.partition("## Concept index")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| ([\w -]+) \| `([\w./]+)` \|$", INDEX, re.MULTILINE)


def test_the_index_covers_the_standard_terms() -> None:
    """The index has at least 30 terms, each once."""
    terms = [term for term, _ in ROWS]

    assert len(terms) >= 30
    assert len(set(terms)) == len(terms)
    assert INDEX.count("\n| ") == len(terms) + 2


@pytest.mark.parametrize(("term", "path"), ROWS)
def test_a_term_occurs_in_its_file(term: str, path: str) -> None:
    """A search for the term finds the file that implements it."""
    words = re.sub(r"\s+", " ", (ROOT / path).read_text(encoding="utf-8").lower())

    assert term.lower() in words
