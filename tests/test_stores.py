"""The page on the stores' rules answers each of them, by a test that exists or by a role."""

import re

import pytest

from tests.sources import ROOT

PAGE = (ROOT / "docs/stores.md").read_text(encoding="utf-8")
ROWS = {
    rule: (demand, answer)
    for rule, demand, answer in re.findall(
        r"^\| ([ST]\d+) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE
    )
}
RULES = (*(f"S{n}" for n in range(1, 15)), *(f"T{n}" for n in range(1, 11)))
ROLES = ("operator", "publisher", "counsel")
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")


def test_every_rule_is_on_the_page() -> None:
    """The page has every rule of both stores, once and in their order."""
    assert tuple(ROWS) == RULES
    assert len(re.findall(r"^\| [ST]\d+ \|", PAGE, re.MULTILINE)) == len(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_answered(rule: str) -> None:
    """A rule names a test, or the role of the person who has to answer it."""
    _demand, answer = ROWS[rule]
    roles = re.findall(r"\*\*(\w+)\*\*", answer)

    assert NAMED_TEST.search(answer) or roles
    assert set(roles) <= set(ROLES)


def test_each_named_test_exists() -> None:
    """Every test file on the page exists, and has the test that is named with it."""
    missing = [
        (path, name)
        for path, name in NAMED_TEST.findall(PAGE)
        if not (ROOT / path).exists()
        or f"def {name}" not in (ROOT / path).read_text(encoding="utf-8")
    ]

    assert missing == []
