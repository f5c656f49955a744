"""Conformance of the handlers: the same behaviour on every product."""

import pytest

from bot.domain import command_help, tips
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief
from bot.elements import Heading
from handlers import COMMANDS
from tests.chat.expectations import DEBRIEF_ANSWERS, FRENCH, WORDS, count_codes, shows_body
from tests.chat.surfaces import Product


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_has_help(product: Product, command: str) -> None:
    """Each command with "help" shows its usage, visible to the user alone."""
    screen = await product.run_command(product.stranger, f"{command} help")

    expected = (
        tips.render_usage(WORDS) if command == "tip" else command_help.render_help(command, WORDS)
    )
    assert shows_body(screen, expected.body)


async def test_tip_button_shows_another_card(product: Product) -> None:
    """/tip shows a card, and its button another card."""
    first = await product.run_command(product.stranger, "tip")
    second = await product.press_button(product.stranger, first, WORDS.translate("tip.next"))

    matching_tips = [tip for tip in WORDS.tips if first.contains_text(tip.point)]
    assert len(matching_tips) == 1
    assert not second.contains_text(matching_tips[0].point)
    assert any(second.contains_text(tip.point) for tip in WORDS.tips)


async def test_unknown_text_is_discarded(product: Product) -> None:
    """Text after a command is discarded with a notice, never repeated, and the form opens."""
    screen = await product.run_command(product.marie, "rupture my client was silent")

    assert screen.fields == {"form", "status"}
    assert screen.contains_text(WORDS.translate("usage.discarded"))
    assert not screen.contains_text("silent")


async def test_debrief_is_filed_and_shows_guide(product: Product) -> None:
    """The form has two questions; its submission stores the debrief and shows its guide."""
    form = await product.run_command(product.marie, "rupture")
    guide = await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)

    assert form.fields == {"form", "status"}
    expected = guides.build_guide_form(
        Debrief("away", "touched"), WORDS, supervisors=(product.supervisor,)
    )
    assert shows_body(guide, expected.body)
    assert await count_codes(product) == 2


async def test_debrief_submission_is_idempotent(product: Product) -> None:
    """A retried or double submission is stored once; a new debrief is stored again."""
    for expected_codes in (2, 4):
        form = await product.run_command(product.marie, "rupture")
        await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)
        for _ in range(2):
            await product.redeliver_last()
            await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)

        assert await count_codes(product) == expected_codes


@pytest.mark.parametrize("answers", [{"form": ("evil",)}, {"status": ("away",)}])
async def test_unknown_answer_code_is_rejected(
    product: Product, answers: dict[str, tuple[str, ...]]
) -> None:
    """An answer code that the form does not offer is reported, and nothing is stored."""
    form = await product.run_command(product.marie, "rupture")
    screen = await product.submit_form(product.marie, form, {**DEBRIEF_ANSWERS, **answers})

    assert screen.contains_text(WORDS.translate("error.unknown_answer"))
    assert await count_codes(product) == 0


async def test_deeper_form_refines_guide(product: Product) -> None:
    """An invalid combination is reported at its field; corrected, the guide is updated in place."""
    form = await product.run_command(product.marie, "rupture")
    guide = await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)
    first_questions = await product.press_button(
        product.marie, guide, WORDS.translate("rupture.guide.deeper")
    )
    deeper = await product.open_fold(
        product.marie, first_questions, WORDS.translate("rupture.deeper.more")
    )
    codes = {
        "mine": ("defensive", "not_visible"),
        "strain": ("task",),
        "help": ("rehearse",),
        "cue_away": (),
        "unsafe": ("no",),
        "my_state": (),
    }
    codes = {**codes, **last_codes(("strain", "help", "unsafe"))}

    faulty_form = await product.submit_form(product.marie, deeper, codes)
    refined_guide = await product.submit_form(
        product.marie, faulty_form, codes | {"mine": ("defensive",)}
    )

    assert faulty_form.contains_text(WORDS.translate("rupture.deeper.not_visible"))
    assert faulty_form.fields == deeper.fields
    assert refined_guide.contains_text(WORDS.guide_line("mine.defensive"))
    assert await count_codes(product) == 2


def last_codes(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the last answer code of each question."""
    return {name: (WORDS.questions[name].options[-1].code,) for name in names}


async def test_guide_without_debrief_stores_nothing(product: Product) -> None:
    """/rupture guide has the same two questions and stores nothing."""
    chooser = await product.run_command(product.marie, "rupture guide")
    guide = await product.submit_form(product.marie, chooser, DEBRIEF_ANSWERS)

    assert guide.contains_text(WORDS.translate("rupture.guide.title"))
    assert await count_codes(product) == 0


async def test_withdrawal_deletes_debrief(product: Product) -> None:
    """/rupture withdraw opens a confirmation form, and its submission deletes what was filed."""
    form = await product.run_command(product.marie, "rupture")
    await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)

    confirmation = await product.run_command(product.marie, "rupture withdraw")
    result = await product.submit_form(product.marie, confirmation, {})

    assert result.contains_text(WORDS.translate("privacy.withdraw.done"))
    assert await count_codes(product) == 0


async def test_home_page_changes_language(product: Product) -> None:
    """The Home page opens for any user; a language selected there is used from then on."""
    page = await product.open_home(product.marie)
    french = await product.press_button(product.marie, page, FRENCH.display_name)
    tip = await product.run_command(product.marie, "tip")

    assert shows_body(page, (Heading(WORDS.translate("home.mine.heading")),))
    assert FRENCH.translate("common.step.debrief") in french.steps
    assert any(tip.contains_text(candidate.point) for candidate in FRENCH.tips)


async def test_reports_are_denied_to_other_users(product: Product) -> None:
    """A clinician and a stranger get a refusal that names who has access."""
    for user_id in (product.marie, product.stranger):
        screen = await product.run_command(user_id, "debriefs")

        assert screen.contains_text(WORDS.translate("debriefs.refused.text"))


async def test_supervisor_agrees_before_reading_reports(product: Product) -> None:
    """A supervisor agrees once, before the first report; then the report page opens."""
    agreement = await product.run_command(product.supervisor, "debriefs")
    page = await product.submit_form(product.supervisor, agreement, {})
    reopened_page = await product.run_command(product.supervisor, "debriefs")

    assert agreement.contains_text(WORDS.translate("debriefs.agreement.pledge"))
    for screen in (page, reopened_page):
        assert screen.contains_text(
            WORDS.translate("debriefs.heading", team="North team")
        ) or screen.contains_text("The first table for North team")


async def test_setup_is_restricted_to_supervisor(product: Product) -> None:
    """The team's supervisor gets the setup form; a clinician gets a refusal."""
    form = await product.run_command(product.supervisor, "supervision")
    refusal = await product.run_command(product.marie, "supervision")

    assert {"channel", "name", "supervisors", "clinicians", "day"} <= form.fields
    assert refusal.contains_text(WORDS.translate("supervision.refused.text"))


async def test_setup_is_validated_and_saved(product: Product) -> None:
    """A name with markup is rejected at its field; a valid name is saved."""
    form = await product.run_command(product.supervisor, "supervision")

    faulty_form = await product.submit_form(product.supervisor, form, {"name": ("<b>",)})
    result = await product.save_setup(
        product.supervisor, faulty_form, {"name": ("South, and North",)}
    )

    assert faulty_form.contains_text(WORDS.translate("supervision.fault.name"))
    assert result.contains_text(WORDS.translate("supervision.done.saved", team="South, and North"))


async def test_person_without_team_gets_instructions(product: Product) -> None:
    """A person on no team's list who opens the check-in settings gets instructions."""
    screen = await product.run_command(product.stranger, "checkin")

    assert screen.contains_text(WORDS.translate("error.no_team"))
