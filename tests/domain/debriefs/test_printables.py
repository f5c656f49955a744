import re
from itertools import pairwise

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.debriefs import printables

CATALOGUE = load_catalogue()
LANGUAGE_PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
WORDS = CATALOGUE.get_pack("en")


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_heading_levels_descend_by_one(words: LanguagePack) -> None:
    """Each page has one title, and heading levels descend by one."""
    for page in printables.render_pages(words).values():
        levels = [int(level) for level in re.findall(r"<h(\d)>", page)]

        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_no_markup_is_left(words: LanguagePack) -> None:
    """No markup and no placeholder is left in the HTML."""
    for page in printables.render_pages(words).values():
        assert "**" not in page
        assert "{" not in page.partition("</style>")[2]


def test_the_sheet_has_tick_boxes_only() -> None:
    """Every option of the debrief has a tick box; there is no field and no line to write on."""
    page = printables.render_sheet(WORDS)

    for name in printables.SHEET_QUESTION_IDS:
        assert all(f"<li>{option.label}</li>" in page for option in WORDS.questions[name].options)
    assert not any(word in page for word in ("<input", "<textarea", "____"))
    assert WORDS.translate("safety.banner") in page


def test_moving_away_precedes_moving_against() -> None:
    """Moving away precedes moving against on both pages."""
    for page in printables.render_pages(WORDS).values():
        assert page.index("Moved away") < page.index("Moved against")


def test_the_printed_guide_has_seven_steps() -> None:
    """The printed guide has seven steps in order after the banner, and no repeated phrase."""
    page = printables.render_guide(WORDS)
    steps = [
        f"<h2>{n}. {WORDS.guide_line(f'step.{name}')}"
        for n, name in enumerate(printables.STEP_NAMES, 1)
    ]
    quotes = re.findall(r"<blockquote>(.*?)</blockquote>", page)

    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert page.index(WORDS.translate("safety.banner")) < page.index(steps[0])
    assert len(quotes) == len(set(quotes)) >= 7


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_both_pages_have_the_safety_line(words: LanguagePack) -> None:
    """Both pages say what to do for an unsafe clinician, and for a client at risk."""
    for page in printables.render_pages(words).values():
        assert words.guide_line("settle.unsafe") in page
        assert words.translate("safety.unsafe") in page
        assert words.translate("safety.hopeless") in page


def test_hints_about_stored_data_are_omitted() -> None:
    """Hints about stored data are omitted on paper."""
    assert "Never kept" not in printables.render_sheet(WORDS)
    assert "Tear it up" in printables.render_sheet(WORDS)


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_both_pages_have_the_text_of_the_service(words: LanguagePack) -> None:
    """The service's own procedure is printed below the banner, and nothing where there is none."""
    texts = {words.language.partition("-")[0]: "Call <1>."}
    own_words = CATALOGUE.add_safety_texts(texts).get_pack(words.language)
    pages = zip(
        printables.render_pages(words).values(),
        printables.render_pages(own_words).values(),
        strict=True,
    )
    for page, page_with_text in pages:
        (banner,) = re.findall(r'<p class="banner">(.*?)</p>', page)

        assert re.findall(r'<p class="banner">(.*?)</p>', page_with_text) == [
            banner,
            "Call &lt;1&gt;.",
        ]
