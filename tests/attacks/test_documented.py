"""The tests that docs/anonymity.md names, and the bound of exposure that it states."""

import re
from pathlib import Path

from bot.domain.counts import exposure
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL

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


def test_documented_exposure_is_that_of_the_code() -> None:
    """The bound of 52 weeks, and the numbers of tables, are those that the code refuses beyond."""
    document = Path("docs/anonymity.md").read_text(encoding="utf-8")
    epsilon = float(exposure.max_yearly_exposure())
    totals, breakdowns = map(exposure.max_yearly_tables, (TOTAL, BREAKDOWN))

    stated = f"at most {epsilon:.1f}, in at most {totals} tables of the total and {breakdowns} of"
    assert stated in document
