"""The tests that docs/anonymity.md names."""

import re
from pathlib import Path

NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_each_test_named_in_the_document_exists() -> None:
    """A reader can run every test by the name that the table of attackers gives."""
    named = set(NAMED_TEST.findall(Path("docs/anonymity.md").read_text(encoding="utf-8")))
    missing = {
        (path, name)
        for path, name in named
        if f"def {name}(" not in Path(path).read_text(encoding="utf-8")
    }

    assert len(named) > 15
    assert missing == set()
