"""What the handlers promise, kept on every product alike."""

import pytest

from bot.domain import command_help, tips
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief
from bot.elements import Heading
from handlers import COMMANDS
from tests.chat.expectations import DEBRIEF, FRENCH, WORDS, shows, slips
from tests.chat.surfaces import Product


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_helps(product: Product, command: str) -> None:
    """With "help" each command says in private how it is used."""
    screen = await product.command(product.stranger, f"{command} help")

    how = tips.usage(WORDS) if command == "tip" else command_help.of(command, WORDS)
    assert shows(screen, how.body)


async def test_the_days_card_and_the_one_after(product: Product) -> None:
    """/tip shows a card; its button shows another, in the same place."""
    first = await product.command(product.stranger, "tip")
    second = await product.press(product.stranger, first, WORDS.say("tip.next"))

    shown = [one for one in WORDS.tips if first.says(one.point)]
    assert len(shown) == 1
    assert not second.says(shown[0].point)
    assert any(second.says(one.point) for one in WORDS.tips)


async def test_words_beyond_the_commands_own_are_thrown_away(product: Product) -> None:
    """Whoever types more is told so, gets the form all the same, and nothing is repeated."""
    screen = await product.command(product.marie, "rupture my client was silent")

    assert screen.fields == {"form", "status"}
    assert screen.says(WORDS.say("usage.discarded"))
    assert not screen.says("silent")


async def test_two_taps_file_a_debrief_and_bring_its_guide(product: Product) -> None:
    """The form asks two questions; sent off, it turns into the guide for those codes."""
    form = await product.command(product.marie, "rupture")
    guide = await product.send(product.marie, form, DEBRIEF)

    assert form.fields == {"form", "status"}
    expected = guides.guide(Debrief("away", "touched"), WORDS, supervisors=(product.supervisor,))
    assert shows(guide, expected.body)
    assert await slips(product) == 2


async def test_a_debrief_counts_once_however_often_it_arrives(product: Product) -> None:
    """Delivered again and clicked twice it counts once; filed afresh, it counts again."""
    for filed in (2, 4):
        form = await product.command(product.marie, "rupture")
        await product.send(product.marie, form, DEBRIEF)
        for _ in range(2):
            await product.deliver_again()
            await product.send(product.marie, form, DEBRIEF)

        assert await slips(product) == filed


@pytest.mark.parametrize("answers", [{"form": ("evil",)}, {"status": ("away",)}])
async def test_a_forged_answer_is_refused(
    product: Product, answers: dict[str, tuple[str, ...]]
) -> None:
    """A code that the form does not offer is told apart, and nothing is kept."""
    form = await product.command(product.marie, "rupture")
    told = await product.send(product.marie, form, {**DEBRIEF, **answers})

    assert told.says(WORDS.say("error.unknown_answer"))
    assert await slips(product) == 0


async def test_going_deeper_refines_the_guide(product: Product) -> None:
    """What cannot be kept is said at its field; corrected, the guide changes in place."""
    form = await product.command(product.marie, "rupture")
    guide = await product.send(product.marie, form, DEBRIEF)
    deeper = await product.press(product.marie, guide, WORDS.say("rupture.guide.deeper"))
    codes = {
        "mine": ("defensive", "not_visible"),
        "strain": ("task",),
        "help": ("rehearse",),
        "cue_away": (),
        "unsafe": ("no",),
        "my_state": (),
    }
    codes = {**codes, **first_of(("strain", "help", "unsafe"))}

    refused = await product.send(product.marie, deeper, codes)
    refined = await product.send(product.marie, refused, codes | {"mine": ("defensive",)})

    assert refused.says(WORDS.say("rupture.deeper.not_visible"))
    assert refused.fields == deeper.fields
    assert refined.says(WORDS.line("mine.defensive"))
    assert await slips(product) == 2


def first_of(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Choose the last answer on offer of each question."""
    return {name: (WORDS.questions[name].options[-1].code,) for name in names}


async def test_a_guide_can_be_read_without_filing(product: Product) -> None:
    """/rupture guide asks the same two questions and keeps nothing."""
    chooser = await product.command(product.marie, "rupture guide")
    guide = await product.send(product.marie, chooser, DEBRIEF)

    assert guide.says(WORDS.say("rupture.guide.title"))
    assert await slips(product) == 0


async def test_what_was_filed_can_be_taken_back(product: Product) -> None:
    """/rupture withdraw asks first, and then nothing is left."""
    form = await product.command(product.marie, "rupture")
    await product.send(product.marie, form, DEBRIEF)

    asks = await product.command(product.marie, "rupture withdraw")
    done = await product.send(product.marie, asks, {})

    assert done.says(WORDS.say("privacy.withdraw.done"))
    assert await slips(product) == 0


async def test_ones_own_page_shows_and_changes_what_is_kept(product: Product) -> None:
    """The page opens to anybody; a language chosen there is spoken from then on."""
    page = await product.home(product.marie)
    french = await product.press(product.marie, page, FRENCH.name)
    tip = await product.command(product.marie, "tip")

    assert shows(page, (Heading(WORDS.say("home.mine.heading")),))
    assert FRENCH.say("common.step.debrief") in french.steps
    assert any(tip.says(one.point) for one in FRENCH.tips)


async def test_counts_are_refused_to_whoever_may_not_read_them(product: Product) -> None:
    """A clinician and a stranger hear who can; nothing else happens."""
    for who in (product.marie, product.stranger):
        refused = await product.command(who, "debriefs")

        assert refused.says(WORDS.say("debriefs.refused.text"))


async def test_a_supervisor_agrees_and_reads(product: Product) -> None:
    """Before the first table the supervisor agrees, once; then the page tells when one comes."""
    agreement = await product.command(product.supervisor, "debriefs")
    page = await product.send(product.supervisor, agreement, {})
    again = await product.command(product.supervisor, "debriefs")

    assert agreement.says(WORDS.say("debriefs.agreement.pledge"))
    for screen in (page, again):
        assert screen.says(WORDS.say("debriefs.heading", team="North team")) or screen.says(
            "The first table for North team"
        )


async def test_a_set_up_opens_to_its_supervisor_alone(product: Product) -> None:
    """The team's supervisor gets the form; a clinician of it hears why not."""
    form = await product.command(product.supervisor, "supervision")
    refused = await product.command(product.marie, "supervision")

    assert {"channel", "name", "supervisors", "clinicians", "day"} <= form.fields
    assert refused.says(WORDS.say("supervision.refused.text"))


async def test_a_set_up_is_mended_and_kept(product: Product) -> None:
    """A name that could be more than a name is told at its field; another is kept."""
    form = await product.command(product.supervisor, "supervision")

    refused = await product.send(product.supervisor, form, {"name": ("<b>",)})
    saved = await product.send(product.supervisor, refused, {"name": ("South, and North",)})

    assert refused.says(WORDS.say("supervision.fault.name"))
    assert saved.says(WORDS.say("supervision.done.saved", team="South, and North"))


async def test_whoever_is_on_no_list_hears_what_to_do(product: Product) -> None:
    """A stranger who asks for check-in settings in private is told who can add them."""
    told = await product.command(product.stranger, "checkin")

    assert told.says(WORDS.say("error.no_team"))
