from bot.context import Desk
from bot.conversation import UNKNOWN, Invalid
from bot.domain.counts import release_rule
from bot.elements import Banner, Contact, Form
from bot.store.repositories import Books
from handlers import BUTTONS, COMMANDS, FORMS, SHORTCUTS
from tests.doubles import Moment, Pigeonholes
from tests.sample_team import (
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    Chosen,
    body,
    fields,
    request,
    set_up,
    steps,
    text,
)

ask = COMMANDS["rupture"].handler
TWO_TAPS: Chosen = {"form": "away", "status": "touched"}
DEEPER: Chosen = {
    "strain": "bond",
    "mine": ("missed_cue",),
    "cue_away": ("few_words",),
    "help": "supervision",
}


async def filed_by(desk: Desk, *acts: str) -> Form:
    """Marie files once for each act, and the last guide."""
    reply: object = None
    for act in acts:
        reply = await FORMS["debrief"](request(MARIE, answers=TWO_TAPS, key=act), desk)
    assert isinstance(reply, Form)
    return reply


async def slips_of_marie(desk: Desk) -> int:
    """How many debriefs Marie could take back."""
    return await desk.store.write(lambda books: books.ledger.withdraw(MARIE, desk.now()))


async def test_the_command_opens_two_questions(desk: Desk) -> None:
    """What the strain looked like and where the repair is: no more, and no free text."""
    await set_up(desk)

    form = await ask(request(MARIE), desk)

    assert set(fields(form)) == {"form", "status"}
    assert isinstance(body(form)[0], Banner)


async def test_the_shortcut_and_the_button_open_the_same_form(desk: Desk) -> None:
    """There are three ways in and one form."""
    await set_up(desk)
    form = await ask(request(MARIE), desk)

    assert await SHORTCUTS["debrief"](request(MARIE, channel=""), desk) == form
    assert await BUTTONS["rupture.open"](request(MARIE, channel=""), desk) == form


async def test_the_form_says_beforehand_what_a_supervisor_will_see(desk: Desk) -> None:
    """The policy stands on the form, with the day from which the table can be read."""
    await set_up(desk)

    form = text(await ask(request(MARIE), desk))

    assert "Monday, July 6" in form
    assert "including us" in form


async def test_unknown_words_are_said_to_be_thrown_away(desk: Desk) -> None:
    """Whoever typed about a client learns at once that it was not kept."""
    await set_up(desk)

    form = await ask(request(MARIE, UNKNOWN), desk)

    assert "thrown away unread" in text(body_after_banner(form))
    assert set(fields(form)) == {"form", "status"}


def body_after_banner(form: object) -> Form:
    """The first line under the safety banner, as a form of its own."""
    return Form("", "", body(form)[1:2])


async def test_saving_files_a_debrief_and_shows_its_guide(desk: Desk) -> None:
    """Two taps are kept before the answer, and the guide takes the form's place."""
    await set_up(desk)

    guide = await filed_by(desk, "act 1")

    assert not guide.submit
    assert "Before Monday, July 6" in text(guide)
    assert await slips_of_marie(desk) == 1


async def test_a_retry_or_a_double_click_files_once(desk: Desk) -> None:
    """The same act arriving twice counts once and is answered alike."""
    await set_up(desk)

    first = await filed_by(desk, "act 1")
    again = await filed_by(desk, "act 1")

    assert again == first
    assert await slips_of_marie(desk) == 1


async def test_two_debriefs_are_two(desk: Desk) -> None:
    """Another act is another debrief."""
    await set_up(desk)

    await filed_by(desk, "act 1", "act 2")

    assert await slips_of_marie(desk) == 2


async def test_filing_sends_nobody_a_message(desk: Desk, outlet: Pigeonholes) -> None:
    """A debrief owes nothing to anybody's inbox."""
    await set_up(desk)

    await filed_by(desk, "act 1")

    owed = await desk.store.read(lambda books: books.deliveries.tally())
    assert (owed, outlet.sent) == ((), [])


async def test_somebody_on_no_list_gets_the_guide_and_leaves_nothing(desk: Desk) -> None:
    """A guest is guided like anybody, and told that nothing was kept."""
    await set_up(desk)

    reply = await FORMS["debrief"](request(STRANGER, answers=TWO_TAPS), desk)

    assert "Nothing was kept" in text(reply)
    assert "rupture.deeper" in steps(reply)


async def test_a_team_without_a_period_is_told_so(desk: Desk) -> None:
    """A team too small to count keeps nothing of a debrief, and its clinician knows."""
    await set_up(desk, clinicians=(MARIE,))

    assert "no period open" in text(await filed_by(desk, "act 1"))


async def test_the_guide_offers_to_write_to_the_supervisor(desk: Desk) -> None:
    """The clinician writes, the bot does not."""
    await set_up(desk)

    guide = await filed_by(desk, "act 1")

    contacts = [one.person for one in body(guide) if isinstance(one, Contact)]
    assert contacts == [SUPERVISOR.id]


async def test_going_deeper_refines_the_guide_and_keeps_nothing(desk: Desk) -> None:
    """Strain, part, signs and help shape the guide and reach no table."""
    await set_up(desk)
    guide = await filed_by(desk, "act 1")
    data = getattr(steps(guide)["rupture.deeper"], "data", "")
    before = await everything(desk)

    form = await BUTTONS["rupture.deeper"](request(MARIE, data=data), desk)
    refined = await FORMS["deeper"](request(MARIE, data=data, answers=DEEPER), desk)

    assert {"strain", "mine", "cue_away", "help"} <= set(fields(form))
    assert text(refined) != text(guide)
    assert await everything(desk) == before


async def everything(desk: Desk) -> object:
    """What the store keeps of Marie, and of what is owed."""
    return await desk.store.read(
        lambda books: (
            books.people.get(MARIE),
            books.intentions.of(MARIE),
            books.deliveries.tally(),
        )
    )


async def test_more_than_three_are_met_with_a_kind_word(desk: Desk) -> None:
    """At most three are taken; the field says so, and nothing is lost."""
    await set_up(desk)
    four = ("missed_cue", "invalidated", "forgot", "misread")

    reply = await FORMS["deeper"](
        request(MARIE, data="away.touched", answers={**DEEPER, "mine": four}), desk
    )

    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"mine"}


async def test_whoever_joined_may_wish_to_be_asked_again(desk: Desk) -> None:
    """The wish is kept as a check-in's is, for 8 days, and says nothing of the debrief."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))

    form = await BUTTONS["rupture.deeper"](request(MARIE, data="away.touched"), desk)
    answers = {**DEEPER, "wish": "yes"}
    guide = await FORMS["deeper"](request(MARIE, data="away.touched", answers=answers), desk)

    kept = await desk.store.read(lambda books: books.intentions.of(MARIE))
    assert "wish" in fields(form)
    assert kept is not None
    assert kept.code == "again"
    assert desk.catalogue.words("en").sign(kept.sign).picture in text(guide)


async def test_whoever_did_not_join_is_offered_no_follow_up(desk: Desk) -> None:
    """Nothing is promised that no check-in would keep."""
    await set_up(desk)

    form = await BUTTONS["rupture.deeper"](request(MARIE, data="away.touched"), desk)

    assert "wish" not in fields(form)


async def test_a_guide_alone_files_nothing(desk: Desk) -> None:
    """Anybody may look at a guide without leaving a slip."""
    await set_up(desk)

    chooser = await ask(request(MARIE, "guide"), desk)
    guide = await FORMS["guide"](request(MARIE, answers=TWO_TAPS), desk)

    assert set(fields(chooser)) == {"form", "status"}
    assert "rupture.deeper" in steps(guide)
    assert await slips_of_marie(desk) == 0


async def test_what_was_filed_can_be_taken_back(desk: Desk) -> None:
    """After a question, everything of the open period goes."""
    await set_up(desk)
    await filed_by(desk, "act 1", "act 2")

    asked = await ask(request(MARIE, "withdraw"), desk)
    await FORMS["withdraw"](request(MARIE, answers={}), desk)

    assert isinstance(asked, Form)
    assert asked.submit
    assert await slips_of_marie(desk) == 0


async def test_taking_back_reads_the_same_with_nothing_to_take(desk: Desk) -> None:
    """Nobody can be made to show whether they had filed."""
    await set_up(desk)
    await filed_by(desk, "act 1")

    some = await FORMS["withdraw"](request(MARIE, answers={}), desk)
    none = await FORMS["withdraw"](request(MARIE, answers={}), desk)

    assert some == none


async def test_an_old_period_cannot_be_reached(desk: Desk, clock: Moment) -> None:
    """What is published stays, whoever withdraws later."""
    await set_up(desk)
    await filed_by(desk, "act 1")
    clock.move(days=8)
    await desk.store.write(lambda books: close_and_open(books, clock))
    before = await desk.store.read(lambda books: books.releases.of_team(TEAM.id))

    await FORMS["withdraw"](request(MARIE, answers={}), desk)

    after = await desk.store.read(lambda books: books.releases.of_team(TEAM.id))
    assert after == before
    assert {one.ledger for one in before} == {release_rule.TOTAL, release_rule.BREAKDOWN}


def close_and_open(books: Books, clock: Moment) -> None:
    """What the clock does on a Monday."""
    books.ledger.close_due(clock())
    books.ledger.open_due(clock())


async def test_help_says_how_to_debrief(desk: Desk) -> None:
    """The usage names both keywords and what becomes of other words."""
    usage = text(await ask(request(MARIE, "help"), desk))

    assert "/rupture guide" in usage
    assert "/rupture withdraw" in usage
    assert "thrown away" in usage
