"""The line on how to begin after a sign, over every combination of signs and every language."""

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Text
from tests.domain.debriefs.combinations import (
    ALL_DEBRIEFS,
    WORDS,
    combinations_up_to_three,
    cue_codes_of_form,
    guide_step,
)

LANGUAGE_PACKS = [load_catalogue().get_pack(tag) for tag in load_catalogue().languages]
LEADS = {key: line for key, line in WORDS.guide.items() if key.startswith("lead.")}
URGENT = {"self_blame", "culture_named", "frame_complaint"}


def lead_lines(debrief: Debrief, refinement: Refinement, tag: int = 0) -> list[str]:
    """Return the keys of the lines on how to begin in step 5."""
    words = LANGUAGE_PACKS[tag]
    step = guide_step(guides.build_guide_form(debrief, words, refinement), 5, words)[0]
    assert isinstance(step, Text)
    lines = step.text.split("\n")
    return [key for key in LEADS if words.guide_line(key) in lines]


@pytest.mark.no_cover
@pytest.mark.parametrize("tag", range(len(LANGUAGE_PACKS)))
@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_an_open_rupture_begins_with_its_sign(debrief: Debrief, tag: int) -> None:
    """While a rupture is open, one line on how to begin is shown if a sign has one."""
    is_open = debrief.status not in {"repaired", "ended"}
    for cues in combinations_up_to_three(cue_codes_of_form(debrief.form)):
        leads = lead_lines(debrief, Refinement(cues=cues), tag)
        possible = {f"lead.{cue}" for cue in cues} & LEADS.keys()
        urgent = {f"lead.{cue}" for cue in URGENT} & possible

        assert len(leads) == (1 if is_open and possible else 0)
        assert not is_open or set(leads) <= (urgent or possible)


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_the_safety_branch_has_no_lead(debrief: Debrief) -> None:
    """The safety branch has no line on how to begin."""
    for cue in cue_codes_of_form(debrief.form):
        assert lead_lines(debrief, Refinement(cues=(cue,), is_unsafe=True)) == []


def test_thirteen_signs_have_a_line_on_how_to_begin() -> None:
    """Thirteen of the eighteen signs have a line on how to begin."""
    assert len(LEADS) == 13
