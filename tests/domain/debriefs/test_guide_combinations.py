"""All combinations of form, status, strain, part and cue: which guides share their middle steps."""

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

CULTURE_CUES = {"culture_hinted", "culture_named"}
AGAINST = WORDS.questions["cue_against"].option_codes - CULTURE_CUES


@dataclass(frozen=True)
class AnswerCombination:
    """One combination of answers; a blank is an unanswered question."""

    debrief: Debrief
    strain: str = ""
    part: str = ""
    cue: str = ""

    @property
    def is_closed(self) -> bool:
        """True without a further conversation about the rupture."""
        return self.debrief.status in {"repaired", "ended"}

    @property
    def has_direct_repair(self) -> bool:
        """True if the strain has a line of direct repair, which a sign of culture removes."""
        strains = {"bond", "goals", "tasks"}
        return not self.is_closed and self.strain in strains and self.part != "culture"

    @property
    def refinement(self) -> Refinement:
        """The refinement of these answers."""
        own_parts = (self.part,) if self.part else ()
        return Refinement(self.strain, own_parts, (self.cue,) if self.cue else ())


@dataclass(frozen=True)
class SharedMiddle:
    """Combinations that share steps 4, 5 and 6 with a simpler one, and the reason."""

    shares: Callable[[AnswerCombination], bool]
    simpler: Callable[[AnswerCombination], AnswerCombination]
    reason: str


SHARED_MIDDLES = (
    SharedMiddle(
        lambda combination: combination.is_closed and combination.cue != "",
        lambda combination: replace(combination, cue=""),
        "After a repair or an ending a sign is named in step 2 alone.",
    ),
    SharedMiddle(
        lambda combination: (
            combination.cue in {"abstract", "detour", "humour_flat", "self_defence"}
        ),
        lambda combination: replace(combination, cue=""),
        "These four signs are named in step 2; what to do follows the movement they are a sign of.",
    ),
    SharedMiddle(
        lambda combination: (
            combination.cue == "culture_hinted" and not combination.has_direct_repair
        ),
        lambda combination: replace(combination, cue=""),
        "A hint at culture only takes away the direct repair, where there is one.",
    ),
    SharedMiddle(
        lambda combination: combination.part != "" and combination.is_closed,
        lambda combination: replace(combination, part=""),
        "After a repair or an ending one's part is met in step 3; there is nothing to open.",
    ),
    SharedMiddle(
        lambda combination: combination.part == "defensive",
        lambda combination: replace(combination, part=""),
        "To have been defensive is met in steps 1 and 3; it is owned by listening.",
    ),
    SharedMiddle(
        lambda combination: combination.part == "rushed",
        lambda combination: replace(combination, part="technique_first"),
        "Both moved too early, and one phrase goes back; step 3 tells them apart.",
    ),
)
"""The combinations that share the middle of a guide; all others differ in it."""


def iter_combinations(debrief: Debrief) -> Iterator[AnswerCombination]:
    """Yield every combination of strain, part and cue of a debrief, unanswered included."""
    for strain, part, cue in product(
        ["", *STRAIN_CODES], ["", *OWN_PART_CODES], ["", *cue_codes_of_form(debrief.form)]
    ):
        yield AnswerCombination(debrief, strain, part, cue)


def simplify_combination(combination: AnswerCombination) -> tuple[AnswerCombination, bool]:
    """Return the simplest combination with the same middle, and whether it has the warning.

    The warning of a threat is shown after any push, by the form or by a cue: none of these
    combinations selected "safe".
    """
    has_pushed = combination.debrief.form in {"against", "both"} or combination.cue in AGAINST
    is_warned = has_pushed and combination.debrief.status != "ended"
    for row in SHARED_MIDDLES:
        if row.shares(combination):
            combination = row.simpler(combination)
    return combination, is_warned


@pytest.mark.no_cover
@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_only_listed_combinations_share_their_middle(debrief: Debrief) -> None:
    """Two combinations share steps 4, 5 and 6 if and only if the table lists them."""
    middles: dict[tuple[AnswerCombination, bool], set[Middle]] = defaultdict(set)
    bodies = set()
    for combination in iter_combinations(debrief):
        guide = guides.build_guide_form(debrief, WORDS, combination.refinement)
        middles[simplify_combination(combination)].add(middle_steps(guide))
        bodies.add(guide.body)

    assert all(len(middle) == 1 for middle in middles.values())
    assert len({middle for shared in middles.values() for middle in shared}) == len(middles)
    assert len(bodies) == len(list(iter_combinations(debrief)))


def test_no_two_debriefs_share_a_middle() -> None:
    """Any two pairs of form and status differ in step 4, 5 or 6 for every refinement."""
    codes_by_middle: dict[Middle, str] = {}
    for debrief in ALL_DEBRIEFS:
        for combination in iter_combinations(debrief):
            if not combination.cue:
                middle = middle_steps(
                    guides.build_guide_form(debrief, WORDS, combination.refinement)
                )
                assert (
                    codes_by_middle.setdefault(middle, debrief.encoded_codes)
                    == debrief.encoded_codes
                )


@pytest.mark.parametrize("row", SHARED_MIDDLES, ids=lambda row: str(row.reason.split(";")[0]))
def test_each_row_of_the_table_applies_and_is_documented(row: SharedMiddle) -> None:
    """Every row of the table applies to a combination, and its reason is in the review document."""
    review = (ROOT / "docs" / "clinical-review.md").read_text(encoding="utf-8")

    assert any(
        row.shares(combination)
        for debrief in ALL_DEBRIEFS
        for combination in iter_combinations(debrief)
    )
    assert row.reason in review
