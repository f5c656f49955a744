"""Every form, status, strain, part and sign: which guides share their middle, and why."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import pytest

from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Element
from tests.domain.debriefs.combinations import (
    ALL_DEBRIEFS,
    OWN_PART_CODES,
    STRAIN_CODES,
    WORDS,
    cue_codes_of_form,
    middle_steps,
)
from tests.sources import ROOT

Middle = tuple[Element, ...]

AGAINST = WORDS.questions["cue_against"].option_codes


@dataclass(frozen=True)
class Way:
    """One way to answer: a blank is a question that was left open."""

    debrief: Debrief
    strain: str = ""
    part: str = ""
    sign: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether no conversation about the rupture lies ahead."""
        return self.debrief.status in {"repaired", "ended"}

    @property
    def refinement(self) -> Refinement:
        """The same as the guide takes it."""
        mine = (self.part,) if self.part else ()
        return Refinement(self.strain, mine, (self.sign,) if self.sign else ())


@dataclass(frozen=True)
class Sharing:
    """Ways that share steps 4, 5 and 6 with a simpler one, and the reason."""

    shares: Callable[[Way], bool]
    simpler: Callable[[Way], Way]
    reason: str


SHARED = (
    Sharing(
        lambda way: way.sign not in {"", "frame_complaint"},
        lambda way: replace(way, sign=""),
        "A sign is named in step 2; what to do follows the movement it is a sign of.",
    ),
    Sharing(
        lambda way: way.sign == "frame_complaint" and way.is_closed,
        lambda way: replace(way, sign=""),
        "A complaint about the frame is mended first only while the repair is under way.",
    ),
    Sharing(
        lambda way: way.part != "" and way.is_closed,
        lambda way: replace(way, part=""),
        "After a repair or an ending one's part is met in step 3; there is nothing to open.",
    ),
    Sharing(
        lambda way: way.part == "defensive",
        lambda way: replace(way, part=""),
        "To have been defensive is met in steps 1 and 3; it is owned by listening.",
    ),
    Sharing(
        lambda way: way.part == "misread",
        lambda way: replace(way, part="missed_cue"),
        "Both missed what was needed, and one phrase owns that; step 3 tells them apart.",
    ),
    Sharing(
        lambda way: way.part == "rushed",
        lambda way: replace(way, part="technique_first"),
        "Both moved too early, and one phrase goes back; step 3 tells them apart.",
    ),
    Sharing(
        lambda way: way.part == "assumed" and way.strain == "bond",
        lambda way: replace(way, part=""),
        "Trust that was assumed and a strained bond ask for the same first words.",
    ),
)
"""The table: who shares the middle of a guide with whom. All other ways differ in it."""


def ways(debrief: Debrief) -> Iterator[Way]:
    """Every strain, part and sign of a debrief, each also left open."""
    for strain, part, sign in product(
        ["", *STRAIN_CODES], ["", *OWN_PART_CODES], ["", *cue_codes_of_form(debrief.form)]
    ):
        yield Way(debrief, strain, part, sign)


def simplest(way: Way) -> tuple[Way, bool]:
    """The way that the table leads to, and whether the warning before any words stands.

    Whoever faced a push, by its form or by a sign of it, is warned of a threat: none of these
    ways chose "safe".
    """
    pushed = way.debrief.form in {"against", "both"} or way.sign in AGAINST
    warned = pushed and way.debrief.status != "ended"
    for row in SHARED:
        if row.shares(way):
            way = row.simpler(way)
    return way, warned


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_every_way_has_its_guide_and_only_the_table_shares(debrief: Debrief) -> None:
    """Two ways share steps 4, 5 and 6 when the table says so, and at no other time."""
    middles: dict[tuple[Way, bool], set[Middle]] = defaultdict(set)
    wholes = set()
    for way in ways(debrief):
        guide = guides.build_guide_form(debrief, WORDS, way.refinement)
        middles[simplest(way)].add(middle_steps(guide))
        wholes.add(guide.body)

    assert all(len(found) == 1 for found in middles.values())
    assert len({found for some in middles.values() for found in some}) == len(middles)
    assert len(wholes) == len(list(ways(debrief)))


def test_no_two_debriefs_share_a_middle_however_they_are_refined() -> None:
    """Form and status always show in step 4, 5 or 6."""
    seen: dict[Middle, str] = {}
    for debrief in ALL_DEBRIEFS:
        for way in ways(debrief):
            if not way.sign:
                shown = middle_steps(guides.build_guide_form(debrief, WORDS, way.refinement))
                assert seen.setdefault(shown, debrief.encoded_codes) == debrief.encoded_codes


@pytest.mark.parametrize("row", SHARED, ids=lambda row: str(row.reason.split(";")[0]))
def test_each_row_of_the_table_is_needed_and_told(row: Sharing) -> None:
    """No row excuses what does not happen, and each reason stands in the review's table."""
    review = (ROOT / "docs" / "clinical-review.md").read_text(encoding="utf-8")

    assert any(row.shares(way) for debrief in ALL_DEBRIEFS for way in ways(debrief))
    assert row.reason in review
