"""A guide on a phone of 390 pixels: where the first sentence to say aloud is, in every language."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import product, takewhile
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.domain.debriefs.guide_case import RISK_CUES
from bot.elements import Quote
from bot.sandbox.workspace import personas
from bot.sandbox.workspace.persona_driver import Answer, PersonaDriver
from tests.domain.debriefs.combinations import ALL_DEBRIEFS, STATE_CODES, cue_codes_of_form
from tests.journeys.contact import NOW
from tests.journeys.photo_session import NORTH, WAIT_SECONDS
from tests.journeys.scenes_debrief import PRIYA, refine_guide
from tests.sandbox.real_bot import run_bot_and_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE: ViewportSize = {"width": 390, "height": 844}
MAX_PIXELS = 500
GUIDES_A_KIND = 3
"""How many guides are measured of each kind in each language: those with most text on top."""

Guide = tuple[Debrief, Refinement | None]


def iter_guides() -> Iterator[Guide]:
    """Yield every unrefined guide, and those with each state and cue, which have lines on top."""
    for debrief in ALL_DEBRIEFS:
        yield debrief, None
        for state, cue in product(["", *STATE_CODES], ["", *cue_codes_of_form(debrief.form)]):
            cues = (cue,) if cue else ()
            yield debrief, Refinement("unsure", ("not_visible",), cues, clinician_state=state)


def count_characters_on_top(words: LanguagePack, debrief: Debrief, refinement: object) -> int:
    """Return the length of all texts above the first sentence to say; 0 where there is none."""
    assert refinement is None or isinstance(refinement, Refinement)
    body = guides.build_guide_form(debrief, words, refinement).body
    if not any(isinstance(element, Quote) for element in body):
        return 0
    above = takewhile(lambda element: not isinstance(element, Quote), body)
    return sum(len(getattr(element, "text", "")) for element in above)


def select_guides(words: LanguagePack) -> list[Guide]:
    """Return the guides with most text on top: unrefined ones, without risk, and with it."""
    ordered = sorted(
        iter_guides(), key=lambda guide: count_characters_on_top(words, *guide), reverse=True
    )
    kinds: dict[str, list[Guide]] = {}
    for debrief, refinement in ordered:
        is_risk = refinement is not None and not RISK_CUES.isdisjoint(refinement.cues)
        kind = "risk" if is_risk else "refined" if refinement else "plain"
        kinds.setdefault(kind, []).append((debrief, refinement))
    return [guide for guides_of_kind in kinds.values() for guide in guides_of_kind[:GUIDES_A_KIND]]


@asynccontextmanager
async def open_phone(
    browser: Browser, words: LanguagePack, folder: Path
) -> AsyncIterator[tuple[Page, PersonaDriver]]:
    """Open the sandbox in one language on a phone, as a clinician of the team."""
    practice = personas.localize_practice(words.language)
    async with run_bot_and_sandbox(words, folder, NOW, practice) as engine:
        context = await browser.new_context(
            viewport=PHONE, locale=words.language, reduced_motion="reduce"
        )
        page = await context.new_page()
        await page.goto(engine.config.slack_url)
        selection = {"persona": PRIYA, "room": NORTH}
        await page.evaluate("selection => Object.assign(sessionStorage, selection)", selection)
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        yield page, PersonaDriver(engine, PRIYA)
        await context.close()


def deeper_answers(debrief: Debrief, refinement: Refinement) -> dict[str, Answer]:
    """Return the answers to the deeper questions that refine a guide so."""
    names = {"cue_away": "away", "cue_against": "against"}
    cues: dict[str, Answer] = {
        name: [code for code in refinement.cues if code in cue_codes_of_form(form)]
        for name, form in names.items()
        if debrief.form in {form, "both", "unsure"}
    }
    state = {"my_state": refinement.clinician_state} if refinement.clinician_state else {}
    parts: dict[str, Answer] = {"mine": list(refinement.own_parts), "strain": refinement.strain}
    return {**parts, **{name: codes for name, codes in cues.items() if codes}, **state}


async def open_guide(priya: PersonaDriver, debrief: Debrief, refinement: Refinement | None) -> None:
    """Open a guide by its answers."""
    await priya.type_command("/rupture guide", NORTH)
    await priya.wait_for_modal("guide", WAIT_SECONDS)
    await priya.submit_modal({"form": debrief.form, "status": debrief.status})
    await priya.wait_for_modal("guide", WAIT_SECONDS)
    if refinement is not None:
        await refine_guide(priya, deeper_answers(debrief, refinement))


async def measure_first_sentence(page: Page, sentence: str) -> float:
    """Wait for *sentence* as the first to say; return where its first line ends, in pixels."""
    end = await page.wait_for_function(
        """sentence => {
          const quote = [...document.querySelectorAll("dialog.view")].at(-1)
            ?.querySelector("blockquote");
          if (quote?.textContent.trim() !== sentence) return 0;
          const range = document.createRange();
          range.selectNodeContents(quote);
          return range.getClientRects()[0]?.bottom;
        }""",
        arg=sentence,
    )
    return float(await end.json_value())


@pytest.mark.parametrize("language", load_catalogue().languages)
async def test_the_first_sentence_to_say_is_within_500_pixels(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    """On a phone of 390 pixels it is read without scrolling, also below a banner of risk."""
    words = load_catalogue().get_pack(language)
    ends = {}
    async with open_phone(browser, words, tmp_path) as (page, priya):
        for debrief, refinement in select_guides(words):
            while priya.top_view:
                await priya.close_modal()
            await expect(page.locator("dialog.view")).to_have_count(0)
            await open_guide(priya, debrief, refinement)
            await expect(page.locator("dialog.view")).to_have_count(2 if refinement else 1)
            body = guides.build_guide_form(debrief, words, refinement).body
            sentence = next(element.text for element in body if isinstance(element, Quote))
            end = await measure_first_sentence(page, sentence)
            ends[debrief.encoded_codes, str(refinement)] = end

    assert {name: y for name, y in ends.items() if y > MAX_PIXELS} == {}
