from bot.context import Context
from bot.conversation import UNKNOWN_KEYWORD, InvalidAnswers
from bot.domain.counts import release_rule
from bot.elements import Banner, ContactLink, Form
from bot.store.repositories import Repositories
from handlers import BUTTONS, COMMANDS, FORMS, SHORTCUTS
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import (
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_request,
    fields_by_id,
    reply_body,
    reply_text,
    set_up_team,
    steps_by_name,
)

ask = COMMANDS["rupture"].handle_request
TWO_TAPS: FormAnswers = {"form": "away", "status": "touched"}
DEEPER: FormAnswers = {
    "strain": "bond",
    "mine": ("missed_cue",),
    "cue_away": ("few_words",),
    "help": "supervision",
}


async def filed_by(context: Context, *acts: str) -> Form:
    """Marie files once for each act, and the last guide."""
    reply: object = None
    for act in acts:
        reply = await FORMS["debrief"](
            build_request(MARIE, answers=TWO_TAPS, idempotency_key=act), context
        )
    assert isinstance(reply, Form)
    return reply


async def slips_of_marie(context: Context) -> int:
    """How many debriefs Marie could take back."""
    return await context.store.write(
        lambda repos: repos.slips.withdraw_debriefs(MARIE, context.now())
    )


async def test_the_command_opens_two_questions(context: Context) -> None:
    """What the strain looked like and where the repair is: no more, and no free text."""
    await set_up_team(context)

    form = await ask(build_request(MARIE), context)

    assert set(fields_by_id(form)) == {"form", "status"}
    assert isinstance(reply_body(form)[0], Banner)


async def test_the_shortcut_and_the_button_open_the_same_form(context: Context) -> None:
    """There are three ways in and one form."""
    await set_up_team(context)
    form = await ask(build_request(MARIE), context)

    assert await SHORTCUTS["debrief"](build_request(MARIE, channel=""), context) == form
    assert await BUTTONS["rupture.open"](build_request(MARIE, channel=""), context) == form


async def test_the_form_says_beforehand_what_a_supervisor_will_see(context: Context) -> None:
    """The policy stands on the form, with the day from which the table can be read."""
    await set_up_team(context)

    form = reply_text(await ask(build_request(MARIE), context))

    assert "Monday, July 6" in form
    assert "including us" in form


async def test_unknown_words_are_said_to_be_thrown_away(context: Context) -> None:
    """Whoever typed about a client learns at once that it was not kept."""
    await set_up_team(context)

    form = await ask(build_request(MARIE, UNKNOWN_KEYWORD), context)

    assert "thrown away unread" in reply_text(body_after_banner(form))
    assert set(fields_by_id(form)) == {"form", "status"}


def body_after_banner(form: object) -> Form:
    """The first line under the safety banner, as a form of its own."""
    return Form("", "", reply_body(form)[1:2])


async def test_saving_files_a_debrief_and_shows_its_guide(context: Context) -> None:
    """Two taps are kept before the answer, and the guide takes the form's place."""
    await set_up_team(context)

    guide = await filed_by(context, "act 1")

    assert not guide.submit
    assert "Before Monday, July 6" in reply_text(guide)
    assert await slips_of_marie(context) == 1


async def test_a_retry_or_a_double_click_files_once(context: Context) -> None:
    """The same act arriving twice counts once and is answered alike."""
    await set_up_team(context)

    first = await filed_by(context, "act 1")
    again = await filed_by(context, "act 1")

    assert again == first
    assert await slips_of_marie(context) == 1


async def test_two_debriefs_are_two(context: Context) -> None:
    """Another act is another debrief."""
    await set_up_team(context)

    await filed_by(context, "act 1", "act 2")

    assert await slips_of_marie(context) == 2


async def test_filing_sends_nobody_a_message(context: Context, outlet: RecordingOutlet) -> None:
    """A debrief owes nothing to anybody's inbox."""
    await set_up_team(context)

    await filed_by(context, "act 1")

    owed = await context.store.read(lambda repos: repos.deliveries.count_by_state())
    assert (owed, outlet.sent_messages) == ((), [])


async def test_somebody_on_no_list_gets_the_guide_and_leaves_nothing(context: Context) -> None:
    """A guest is guided like anybody, and told that nothing was kept."""
    await set_up_team(context)

    reply = await FORMS["debrief"](build_request(STRANGER, answers=TWO_TAPS), context)

    assert "Nothing was kept" in reply_text(reply)
    assert "rupture.deeper" in steps_by_name(reply)


async def test_a_team_without_a_period_is_told_so(context: Context) -> None:
    """A team too small to count keeps nothing of a debrief, and its clinician knows."""
    await set_up_team(context, clinicians=(MARIE,))

    assert "no period open" in reply_text(await filed_by(context, "act 1"))


async def test_the_guide_offers_to_write_to_the_supervisor(context: Context) -> None:
    """The clinician writes, the bot does not."""
    await set_up_team(context)

    guide = await filed_by(context, "act 1")

    contacts = [one.person_id for one in reply_body(guide) if isinstance(one, ContactLink)]
    assert contacts == [SUPERVISOR.id]


async def test_going_deeper_refines_the_guide_and_keeps_nothing(context: Context) -> None:
    """Strain, part, signs and help shape the guide and reach no table."""
    await set_up_team(context)
    guide = await filed_by(context, "act 1")
    data = getattr(steps_by_name(guide)["rupture.deeper"], "data", "")
    before = await everything(context)

    form = await BUTTONS["rupture.deeper"](build_request(MARIE, data=data), context)
    refined = await FORMS["deeper"](build_request(MARIE, data=data, answers=DEEPER), context)

    assert {"strain", "mine", "cue_away", "help"} <= set(fields_by_id(form))
    assert reply_text(refined) != reply_text(guide)
    assert await everything(context) == before


async def everything(context: Context) -> object:
    """What the store keeps of Marie, and of what is owed."""
    return await context.store.read(
        lambda repos: (
            repos.people.get(MARIE),
            repos.intentions.get_intention(MARIE),
            repos.deliveries.count_by_state(),
        )
    )


async def test_more_than_three_are_met_with_a_kind_word(context: Context) -> None:
    """At most three are taken; the field says so, and nothing is lost."""
    await set_up_team(context)
    four = ("missed_cue", "invalidated", "forgot", "misread")

    reply = await FORMS["deeper"](
        build_request(MARIE, data="away.touched", answers={**DEEPER, "mine": four}), context
    )

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {"mine"}


async def test_whoever_joined_may_wish_to_be_asked_again(context: Context) -> None:
    """The wish is kept as a check-in's is, for 8 days, and says nothing of the debrief."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))

    form = await BUTTONS["rupture.deeper"](build_request(MARIE, data="away.touched"), context)
    answers = {**DEEPER, "wish": "yes"}
    guide = await FORMS["deeper"](
        build_request(MARIE, data="away.touched", answers=answers), context
    )

    kept = await context.store.read(lambda repos: repos.intentions.get_intention(MARIE))
    assert "wish" in fields_by_id(form)
    assert kept is not None
    assert kept.code == "again"
    assert context.catalogue.get_pack("en").get_sign(kept.sign_code).glyph in reply_text(guide)


async def test_whoever_did_not_join_is_offered_no_follow_up(context: Context) -> None:
    """Nothing is promised that no check-in would keep."""
    await set_up_team(context)

    form = await BUTTONS["rupture.deeper"](build_request(MARIE, data="away.touched"), context)

    assert "wish" not in fields_by_id(form)


async def test_a_guide_alone_files_nothing(context: Context) -> None:
    """Anybody may look at a guide without leaving a slip."""
    await set_up_team(context)

    chooser = await ask(build_request(MARIE, "guide"), context)
    guide = await FORMS["guide"](build_request(MARIE, answers=TWO_TAPS), context)

    assert set(fields_by_id(chooser)) == {"form", "status"}
    assert "rupture.deeper" in steps_by_name(guide)
    assert await slips_of_marie(context) == 0


async def test_what_was_filed_can_be_taken_back(context: Context) -> None:
    """After a question, everything of the open period goes."""
    await set_up_team(context)
    await filed_by(context, "act 1", "act 2")

    asked = await ask(build_request(MARIE, "withdraw"), context)
    await FORMS["withdraw"](build_request(MARIE, answers={}), context)

    assert isinstance(asked, Form)
    assert asked.submit
    assert await slips_of_marie(context) == 0


async def test_taking_back_reads_the_same_with_nothing_to_take(context: Context) -> None:
    """Nobody can be made to show whether they had filed."""
    await set_up_team(context)
    await filed_by(context, "act 1")

    some = await FORMS["withdraw"](build_request(MARIE, answers={}), context)
    none = await FORMS["withdraw"](build_request(MARIE, answers={}), context)

    assert some == none


async def test_an_old_period_cannot_be_reached(context: Context, clock: FakeClock) -> None:
    """What is published stays, whoever withdraws later."""
    await set_up_team(context)
    await filed_by(context, "act 1")
    clock.advance(days=8)
    await context.store.write(lambda repos: close_and_open(repos, clock))
    before = await context.store.read(lambda repos: repos.releases.list_by_team(TEAM.id))

    await FORMS["withdraw"](build_request(MARIE, answers={}), context)

    after = await context.store.read(lambda repos: repos.releases.list_by_team(TEAM.id))
    assert after == before
    assert {one.ledger for one in before} == {release_rule.TOTAL, release_rule.BREAKDOWN}


def close_and_open(repos: Repositories, clock: FakeClock) -> None:
    """What the clock does on a Monday."""
    repos.slips.close_ended_periods(clock())
    repos.slips.open_missing_periods(clock())


async def test_help_says_how_to_debrief(context: Context) -> None:
    """The usage names both keywords and what becomes of other words."""
    usage = reply_text(await ask(build_request(MARIE, "help"), context))

    assert "/rupture guide" in usage
    assert "/rupture withdraw" in usage
    assert "thrown away" in usage
