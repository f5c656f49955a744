import re
from itertools import pairwise

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.debriefs import printables

CATALOGUE = load_catalogue()
SPOKEN = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
WORDS = CATALOGUE.get_pack("en")


@pytest.mark.parametrize("words", SPOKEN, ids=lambda words: str(words.language))
def test_headings_go_down_one_step_at_a_time(words: LanguagePack) -> None:
    """Whoever listens to a page finds one title, its parts, and their parts."""
    for page in printables.render_pages(words).values():
        levels = [int(level) for level in re.findall(r"<h(\d)>", page)]

        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("words", SPOKEN, ids=lambda words: str(words.language))
def test_no_markup_is_left_over(words: LanguagePack) -> None:
    """No asterisk or open blank reaches the paper."""
    for page in printables.render_pages(words).values():
        assert "**" not in page
        assert "{" not in page.partition("</style>")[2]


def test_the_sheet_can_only_be_ticked() -> None:
    """Every answer of the debrief has a box; no field and no line asks for words."""
    page = printables.render_sheet(WORDS)

    for name in printables.SHEET_QUESTION_IDS:
        assert all(f"<li>{o.label}</li>" in page for o in WORDS.questions[name].options)
    assert not any(word in page for word in ("<input", "<textarea", "____"))
    assert WORDS.translate("safety.banner") in page


def test_withdrawal_comes_first_on_paper_too() -> None:
    """Moving away stands before moving against, on the sheet and in the guide."""
    for page in printables.render_pages(WORDS).values():
        assert page.index("Moved away") < page.index("Moved against")


def test_the_guide_has_its_seven_steps() -> None:
    """The steps stand in their order, with the safety line on top and no phrase twice."""
    page = printables.render_guide(WORDS)
    steps = [
        f"<h2>{n}. {WORDS.guide_line(f'step.{name}')}"
        for n, name in enumerate(printables.STEP_NAMES, 1)
    ]
    quotes = re.findall(r"<blockquote>(.*?)</blockquote>", page)

    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert page.index(WORDS.translate("safety.banner")) < page.index(steps[0])
    assert len(quotes) == len(set(quotes)) >= 7


@pytest.mark.parametrize("words", SPOKEN, ids=lambda words: str(words.language))
def test_paper_says_what_to_do_when_unsafe(words: LanguagePack) -> None:
    """Both pages say what comes first to whoever felt unsafe; the sheet, when a client may be."""
    for page in printables.render_pages(words).values():
        assert words.guide_line("settle.unsafe") in page
    assert words.translate("safety.hopeless") in printables.render_sheet(words)


def test_hints_about_what_the_bot_keeps_stay_off_the_paper() -> None:
    """Paper keeps what it is told, so nothing on it says otherwise."""
    assert "Never kept" not in printables.render_sheet(WORDS)
    assert "Tear it up" in printables.render_sheet(WORDS)
