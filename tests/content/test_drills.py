"""Lines to practise with: complete, graded, short, and the same in every language."""

import re
from pathlib import Path

import pytest

from bot.content import loader
from bot.content.catalogue import Drill, LanguagePack
from bot.content.model import DRILL_GROUPS
from tests.content.test_content import CODES
from tests.content.wording import ENGLISH, LANGUAGE_PACKS

SKILLS = ("hostile", "withdrawn", "dependent", "controlling")
"""The four clients of facilitative interpersonal skills."""

RISK = re.compile(
    r"\b(die|dying|kill|suicid\w*|hurt myself|mourir|tuer|me faire du mal)\b|自杀|想死|伤害自己"
)
"""Words of a client at risk, for whom the service's procedure is the answer and no exercise."""

LIST_LIMIT = 14
"""The number of options that a phone shows at a glance."""

ALL_DRILLS = [
    pytest.param(drill, id=f"{words.language}-{drill.id}")
    for words in LANGUAGE_PACKS
    for drill in words.drills
]

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)


@in_every_language
def test_eight_markers_have_lines(words: LanguagePack) -> None:
    """Four signs of withdrawal and four of confrontation, in this order, then the four skills."""
    signs = {"away": CODES["cue_away"].split(), "against": CODES["cue_against"].split()}
    groups = [drill.group for drill in words.drills]

    assert groups == [group for group in DRILL_GROUPS for _ in range(4)]
    assert all(drill.id in signs[drill.group] for drill in words.drills if drill.group in signs)
    assert tuple(drill.id for drill in words.drills if drill.group == "skills") == SKILLS
    assert len(words.drills) <= LIST_LIMIT


@pytest.mark.parametrize("drill", ALL_DRILLS)
def test_a_drill_has_three_levels_and_its_criteria(drill: Drill) -> None:
    """A drill has three different lines and three different criteria that fit on a phone."""
    assert len(set(drill.lines)) == len(set(drill.criteria)) == 3
    assert all(0 < len(line) <= 120 for line in drill.lines)
    assert all(0 < len(criterion) <= 90 for criterion in drill.criteria)
    assert 0 < len(drill.title) <= 40
    assert 0 < len(drill.setting) <= 90


@pytest.mark.parametrize("drill", ALL_DRILLS)
def test_no_line_is_of_a_client_at_risk(drill: Drill) -> None:
    """No line speaks of death or harm, which asks for a procedure and not for practice."""
    assert not any(RISK.search(line.casefold()) for line in drill.lines)


@pytest.mark.parametrize("drill", ALL_DRILLS)
def test_criteria_are_no_script(drill: Drill) -> None:
    """A criterion continues a sentence: it is no sentence to say, and ends without a full stop."""
    assert not any(re.search(r"[.?\u3002\uff1f]$|^[A-ZÉ]|\bI\b", text) for text in drill.criteria)


@in_every_language
def test_translations_have_the_same_gestures(words: LanguagePack) -> None:
    """A line that is played without words is so in every language."""
    gestures = [
        [bool(re.search(r"[(\uff08]", line)) for line in drill.lines] for drill in words.drills
    ]

    assert gestures == [["(" in line for line in drill.lines] for drill in ENGLISH.drills]


def test_a_drill_with_two_lines_is_refused(tmp_path: Path) -> None:
    """A drill without exactly three lines raises ValueError when it is loaded."""
    (tmp_path / "texts.toml").write_text(
        'one = { title = "T", setting = "S", lines = ["a", "b"], criteria = ["c"] }\n'
    )
    (tmp_path / "traits.toml").write_text('one = { group = "away" }\n')

    with pytest.raises(ValueError, match="not enough values"):
        loader.load_drills(tmp_path / "texts.toml", tmp_path / "traits.toml")
