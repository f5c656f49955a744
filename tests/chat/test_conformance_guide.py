"""Conformance of the guide and the deeper questions on top of it, on every product."""

import pytest

from bot.domain.debriefs.debrief_form import FIRST_DEEPER_QUESTIONS
from tests.chat.expectations import DEBRIEF_ANSWERS, WORDS, count_codes
from tests.chat.route_walk import dump_rows
from tests.chat.surfaces import NO_SCREEN, Answers, Product, Screen

DEEPER, AGAIN = WORDS.translate("rupture.guide.deeper"), WORDS.translate("rupture.guide.again")
BACK, CLOSE = WORDS.translate("rupture.deeper.back"), WORDS.translate("common.close")
MORE_QUESTIONS = WORDS.translate("rupture.deeper.more")
FOLD_LABELS = [WORDS.translate(f"rupture.guide.{name}") for name in ("why", "bring", "more")]
REFINEMENT: Answers = {"unsafe": ("safe",), "mine": ("rushed",), "strain": ("bond",)}
FORM, STATUS = DEBRIEF_ANSWERS["form"][0], DEBRIEF_ANSWERS["status"][0]


async def open_guide(product: Product) -> Screen:
    """File a debrief as Marie, and return its guide."""
    form = await product.run_command(product.marie, "rupture")
    return await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)


async def refine_guide(product: Product, guide: Screen) -> Screen:
    """Answer the three questions on top of *guide*, and return the refined guide."""
    form = await product.press_button(product.marie, guide, DEEPER)
    return await product.submit_form(product.marie, form, REFINEMENT)


async def open_folds(product: Product, guide: Screen) -> Screen:
    """Open every fold of *guide*."""
    for label in FOLD_LABELS:
        guide = await product.open_fold(product.marie, guide, label)
    return guide


def first_texts(screen: Screen) -> list[str]:
    """Return the texts up to the button of the deeper questions, without a note of what is kept."""
    label = DEEPER if DEEPER in screen.texts else AGAIN
    return list(screen.texts[: screen.texts.index(label)])


async def test_deeper_questions_that_are_left_show_the_guide(product: Product) -> None:
    """Cancel and Escape lead from the deeper questions back to the guide, and change no row."""
    guide = await open_guide(product)
    rows = await dump_rows(product)

    form = await product.press_button(product.marie, guide, DEEPER)
    screen = await product.close_form(product.marie, form, BACK)

    assert form.fields == frozenset(FIRST_DEEPER_QUESTIONS)
    assert first_texts(screen) == first_texts(guide)
    assert await dump_rows(product) == rows


async def test_closing_the_refined_guide_closes_everything(product: Product) -> None:
    """The submitted questions turn into the refined guide, and no form is left below it."""
    refined = await refine_guide(product, await open_guide(product))

    assert refined.contains_text(WORDS.guide_line("mine.rushed"))
    assert AGAIN in refined.steps
    assert await product.close_form(product.marie, refined, CLOSE) == NO_SCREEN


async def test_changed_answers_can_be_left_too(product: Product) -> None:
    """The questions of a refined guide have its answers, and lead back to it."""
    refined = await refine_guide(product, await open_guide(product))

    form = await product.press_button(product.marie, refined, AGAIN)
    screen = await product.close_form(product.marie, form, BACK)
    resubmitted = await product.submit_form(product.marie, form, {})

    assert first_texts(screen) == first_texts(refined)
    assert first_texts(resubmitted) == first_texts(refined)


async def test_a_guide_can_be_refined_again_and_again(product: Product) -> None:
    """The third time is not on top of another form on Slack, and is left for the guide, too."""
    guide = await refine_guide(product, await open_guide(product))
    for strain in ("goals", "tasks", "bond"):
        form = await product.press_button(product.marie, guide, AGAIN)
        guide = await product.submit_form(product.marie, form, {**REFINEMENT, "strain": (strain,)})
    last_form = await product.press_button(product.marie, guide, AGAIN)

    screen = await product.close_form(product.marie, last_form, BACK)

    assert AGAIN in screen.steps
    assert await product.close_form(product.marie, guide, CLOSE) == NO_SCREEN


async def test_more_questions_keep_the_answers(product: Product) -> None:
    """The button shows the other questions below the first ones, whose answers stay."""
    form = await product.press_button(product.marie, await open_guide(product), DEEPER)

    unfolded = await product.open_fold(product.marie, form, MORE_QUESTIONS, REFINEMENT)
    refined = await product.submit_form(product.marie, unfolded, {"my_state": ("calm",)})

    assert unfolded.fields == form.fields | {
        *("mine_more", "my_state", "room"),
        *(f"cue_{FORM}", "help"),
    }
    assert refined.contains_text(WORDS.guide_line("settle.calm"))
    assert refined.contains_text(WORDS.guide_line("mine.rushed"))


@pytest.mark.parametrize("label", FOLD_LABELS)
async def test_a_fold_of_the_guide_hides_its_text(product: Product, label: str) -> None:
    """The texts of a fold are read after its button was pressed, below all that was read before."""
    guide = await open_guide(product)
    hidden_lines = {
        FOLD_LABELS[0]: WORDS.guide_line(f"protection.{FORM}.early"),
        FOLD_LABELS[1]: WORDS.guide_line("bring.plain"),
        FOLD_LABELS[2]: WORDS.guide_line(f"wait.{STATUS}"),
    }

    unfolded = await product.open_fold(product.marie, guide, label)

    assert not guide.contains_text(hidden_lines[label])
    assert unfolded.contains_text(hidden_lines[label])
    assert set(guide.texts) - {label} <= set(unfolded.texts)


async def test_the_openers_are_texts_to_copy(product: Product) -> None:
    """Each way to start is a line of its own above the link to the chat with the supervisor."""
    guide = await open_folds(product, await open_guide(product))
    want = WORDS.guide_line("want.plain")
    openers = WORDS.guide_line("prompts.open", want=want).split(" · ")
    lines = [line for text in guide.texts for line in text.split("\n")]
    start = lines.index(openers[0])

    assert len(openers) == 3
    assert lines[start : start + 3] == openers
    assert guide.contains_text(WORDS.translate("rupture.guide.copy"))
    assert WORDS.translate("rupture.guide.write") in "\n".join(lines[start:])


async def test_the_same_answers_show_the_same_guide(product: Product) -> None:
    """The chooser says that no guide is kept; its guide is the filed one, and stores no code."""
    filed = await open_guide(product)
    code_count = await count_codes(product)

    chooser = await product.run_command(product.marie, "rupture guide")
    guides = [await product.submit_form(product.marie, chooser, DEBRIEF_ANSWERS) for _ in range(2)]

    assert chooser.contains_text(WORDS.translate("rupture.chooser.again"))
    assert [first_texts(guide) for guide in guides] == [first_texts(filed)] * 2
    assert await count_codes(product) == code_count
