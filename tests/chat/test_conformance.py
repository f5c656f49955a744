"""What the handlers promise, kept on every product alike."""

import pytest

from bot.domain import command_help, tips
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief
from bot.elements import Heading
from handlers import COMMANDS
from tests.chat.expectations import DEBRIEF_ANSWERS, FRENCH, WORDS, count_slips, shows_body
from tests.chat.surfaces import Product


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_helps(product: Product, command: str) -> None:
    """With "help" each command says in private how it is used."""
    screen = await product.run_command(product.stranger, f"{command} help")

    how = tips.render_usage(WORDS) if command == "tip" else command_help.render_help(command, WORDS)
    assert shows_body(screen, how.body)


async def test_the_days_card_and_the_one_after(product: Product) -> None:
    """/tip shows a card; its button shows another, in the same place."""
    first = await product.run_command(product.stranger, "tip")
    second = await product.press_button(product.stranger, first, WORDS.translate("tip.next"))

    shown = [one for one in WORDS.tips if first.contains_text(one.point)]
    assert len(shown) == 1
    assert not second.contains_text(shown[0].point)
    assert any(second.contains_text(one.point) for one in WORDS.tips)


async def test_words_beyond_the_commands_own_are_thrown_away(product: Product) -> None:
    """Whoever types more is told so, gets the form all the same, and nothing is repeated."""
    screen = await product.run_command(product.marie, "rupture my client was silent")

    assert screen.fields == {"form", "status"}
    assert screen.contains_text(WORDS.translate("usage.discarded"))
    assert not screen.contains_text("silent")


async def test_two_taps_file_a_debrief_and_bring_its_guide(product: Product) -> None:
    """The form asks two questions; sent off, it turns into the guide for those codes."""
    form = await product.run_command(product.marie, "rupture")
    guide = await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)

    assert form.fields == {"form", "status"}
    expected = guides.build_guide_form(
        Debrief("away", "touched"), WORDS, supervisors=(product.supervisor,)
    )
    assert shows_body(guide, expected.body)
    assert await count_slips(product) == 2


async def test_a_debrief_counts_once_however_often_it_arrives(product: Product) -> None:
    """Delivered again and clicked twice it counts once; filed afresh, it counts again."""
    for filed in (2, 4):
        form = await product.run_command(product.marie, "rupture")
        await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)
        for _ in range(2):
            await product.redeliver_last()
            await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)

        assert await count_slips(product) == filed


@pytest.mark.parametrize("answers", [{"form": ("evil",)}, {"status": ("away",)}])
async def test_a_forged_answer_is_refused(
    product: Product, answers: dict[str, tuple[str, ...]]
) -> None:
    """A code that the form does not offer is told apart, and nothing is kept."""
    form = await product.run_command(product.marie, "rupture")
    told = await product.submit_form(product.marie, form, {**DEBRIEF_ANSWERS, **answers})

    assert told.contains_text(WORDS.translate("error.unknown_answer"))
    assert await count_slips(product) == 0


async def test_going_deeper_refines_the_guide(product: Product) -> None:
    """What cannot be kept is said at its field; corrected, the guide changes in place."""
    form = await product.run_command(product.marie, "rupture")
    guide = await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)
    deeper = await product.press_button(
        product.marie, guide, WORDS.translate("rupture.guide.deeper")
    )
    codes = {
        "mine": ("defensive", "not_visible"),
        "strain": ("task",),
        "help": ("rehearse",),
        "cue_away": (),
        "unsafe": ("no",),
        "my_state": (),
    }
    codes = {**codes, **first_of(("strain", "help", "unsafe"))}

    refused = await product.submit_form(product.marie, deeper, codes)
    refined = await product.submit_form(product.marie, refused, codes | {"mine": ("defensive",)})

    assert refused.contains_text(WORDS.translate("rupture.deeper.not_visible"))
    assert refused.fields == deeper.fields
    assert refined.contains_text(WORDS.guide_line("mine.defensive"))
    assert await count_slips(product) == 2


def first_of(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Choose the last answer on offer of each question."""
    return {name: (WORDS.questions[name].options[-1].code,) for name in names}


async def test_a_guide_can_be_read_without_filing(product: Product) -> None:
    """/rupture guide asks the same two questions and keeps nothing."""
    chooser = await product.run_command(product.marie, "rupture guide")
    guide = await product.submit_form(product.marie, chooser, DEBRIEF_ANSWERS)

    assert guide.contains_text(WORDS.translate("rupture.guide.title"))
    assert await count_slips(product) == 0


async def test_what_was_filed_can_be_taken_back(product: Product) -> None:
    """/rupture withdraw asks first, and then nothing is left."""
    form = await product.run_command(product.marie, "rupture")
    await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)

    asks = await product.run_command(product.marie, "rupture withdraw")
    done = await product.submit_form(product.marie, asks, {})

    assert done.contains_text(WORDS.translate("privacy.withdraw.done"))
    assert await count_slips(product) == 0


async def test_ones_own_page_shows_and_changes_what_is_kept(product: Product) -> None:
    """The page opens to anybody; a language chosen there is spoken from then on."""
    page = await product.open_home(product.marie)
    french = await product.press_button(product.marie, page, FRENCH.display_name)
    tip = await product.run_command(product.marie, "tip")

    assert shows_body(page, (Heading(WORDS.translate("home.mine.heading")),))
    assert FRENCH.translate("common.step.debrief") in french.steps
    assert any(tip.contains_text(one.point) for one in FRENCH.tips)


async def test_counts_are_refused_to_whoever_may_not_read_them(product: Product) -> None:
    """A clinician and a stranger hear who can; nothing else happens."""
    for who in (product.marie, product.stranger):
        refused = await product.run_command(who, "debriefs")

        assert refused.contains_text(WORDS.translate("debriefs.refused.text"))


async def test_a_supervisor_agrees_and_reads(product: Product) -> None:
    """Before the first table the supervisor agrees, once; then the page tells when one comes."""
    agreement = await product.run_command(product.supervisor, "debriefs")
    page = await product.submit_form(product.supervisor, agreement, {})
    again = await product.run_command(product.supervisor, "debriefs")

    assert agreement.contains_text(WORDS.translate("debriefs.agreement.pledge"))
    for screen in (page, again):
        assert screen.contains_text(
            WORDS.translate("debriefs.heading", team="North team")
        ) or screen.contains_text("The first table for North team")


async def test_a_set_up_opens_to_its_supervisor_alone(product: Product) -> None:
    """The team's supervisor gets the form; a clinician of it hears why not."""
    form = await product.run_command(product.supervisor, "supervision")
    refused = await product.run_command(product.marie, "supervision")

    assert {"channel", "name", "supervisors", "clinicians", "day"} <= form.fields
    assert refused.contains_text(WORDS.translate("supervision.refused.text"))


async def test_a_set_up_is_mended_and_kept(product: Product) -> None:
    """A name that could be more than a name is told at its field; another is kept."""
    form = await product.run_command(product.supervisor, "supervision")

    refused = await product.submit_form(product.supervisor, form, {"name": ("<b>",)})
    saved = await product.submit_form(product.supervisor, refused, {"name": ("South, and North",)})

    assert refused.contains_text(WORDS.translate("supervision.fault.name"))
    assert saved.contains_text(WORDS.translate("supervision.done.saved", team="South, and North"))


async def test_whoever_is_on_no_list_hears_what_to_do(product: Product) -> None:
    """A stranger who asks for check-in settings in private is told who can add them."""
    told = await product.run_command(product.stranger, "checkin")

    assert told.contains_text(WORDS.translate("error.no_team"))
