from bot.context import Context
from bot.conversation import Surface
from bot.domain.counts import release_rule
from bot.elements import Banner, ContactLink, Form, flatten_folds
from bot.keywords import UNKNOWN_KEYWORD
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

run_command = COMMANDS["rupture"].handle_request
DEBRIEF_ANSWERS: FormAnswers = {"form": "away", "status": "touched"}


async def file_debriefs(context: Context, *idempotency_keys: str) -> Form:
    """File a debrief of Marie per idempotency key, and return the last guide."""
    reply: object = None
    for idempotency_key in idempotency_keys:
        reply = await FORMS["debrief"](
            build_request(MARIE, answers=DEBRIEF_ANSWERS, idempotency_key=idempotency_key), context
        )
    assert isinstance(reply, Form)
    return reply


async def withdraw_debriefs_of_marie(context: Context) -> int:
    """Withdraw Marie's debriefs, and return how many there were."""
    return await context.store.across_workspaces.write(
        lambda repos: (
            repos.withdrawals.withdraw_debriefs(
                repos.ledger.get_contributor_and_open_periods(MARIE, context.now()), context.now()
            ).debrief_count
        )
    )


async def test_the_command_opens_two_questions(context: Context) -> None:
    """The form asks the strain's form and the repair's status, and has no free text."""
    await set_up_team(context)

    form = await run_command(build_request(MARIE), context)

    assert set(fields_by_id(form)) == {"form", "status"}
    assert isinstance(reply_body(form)[0], Banner)


async def test_the_shortcut_and_the_button_open_the_same_form(context: Context) -> None:
    """The command, the shortcut and the button open one form."""
    await set_up_team(context)
    form = await run_command(build_request(MARIE), context)

    assert (
        await SHORTCUTS["debrief"](build_request(MARIE, surface=Surface.SHORTCUT), context) == form
    )
    assert (
        await BUTTONS["rupture.open"](build_request(MARIE, surface=Surface.HOME), context) == form
    )


async def test_the_form_shows_what_a_supervisor_will_see(context: Context) -> None:
    """The form shows the policy, with the date from which the table is readable."""
    await set_up_team(context)

    form = reply_text(await run_command(build_request(MARIE), context))

    assert "Monday, July 6" in form
    assert "no screen shows a count" in form


async def test_unknown_words_are_discarded_with_a_notice(context: Context) -> None:
    """A person who typed words reads at once that they were discarded."""
    await set_up_team(context)

    form = await run_command(build_request(MARIE, UNKNOWN_KEYWORD), context)

    assert "thrown away unread" in reply_text(form_after_banner(form))
    assert set(fields_by_id(form)) == {"form", "status"}


def form_after_banner(form: object) -> Form:
    """Return a form of the first element below the safety banner."""
    return Form("", "", reply_body(form)[1:2])


async def test_submitting_files_a_debrief_and_shows_the_guide(context: Context) -> None:
    """The debrief is stored before the reply, and the guide replaces the form."""
    await set_up_team(context)

    guide = await file_debriefs(context, "act 1")

    assert not guide.submit
    assert "Before Monday, July 6" in reply_text(guide)
    assert await withdraw_debriefs_of_marie(context) == 1


async def test_a_retry_or_a_double_click_files_once(context: Context) -> None:
    """A repeated idempotency key files once and gets the same reply."""
    await set_up_team(context)

    first = await file_debriefs(context, "act 1")
    again = await file_debriefs(context, "act 1")

    assert again == first
    assert await withdraw_debriefs_of_marie(context) == 1


async def test_two_idempotency_keys_file_two_debriefs(context: Context) -> None:
    """Another idempotency key files another debrief."""
    await set_up_team(context)

    await file_debriefs(context, "act 1", "act 2")

    assert await withdraw_debriefs_of_marie(context) == 2


async def test_filing_plans_no_delivery(context: Context, outlet: RecordingOutlet) -> None:
    """A debrief plans no delivery."""
    await set_up_team(context)

    await file_debriefs(context, "act 1")

    delivery_counts = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    assert (delivery_counts, outlet.sent_messages) == ((), [])


async def test_a_stranger_gets_the_guide_and_files_nothing(context: Context) -> None:
    """A person on no roster gets the guide, and reads that nothing was stored."""
    await set_up_team(context)

    reply = await FORMS["debrief"](build_request(STRANGER, answers=DEBRIEF_ANSWERS), context)

    assert "Nothing was kept" in reply_text(reply)
    assert "rupture.deeper" in steps_by_name(reply)


async def test_a_team_without_a_period_files_nothing(context: Context) -> None:
    """A team too small for a period stores no debrief, and its clinician reads so."""
    await set_up_team(context, clinicians=(MARIE,))

    assert "no period open" in reply_text(await file_debriefs(context, "act 1"))


async def test_the_guide_offers_to_write_to_the_supervisor(context: Context) -> None:
    """The guide links to a chat that the clinician starts; the bot sends no message."""
    await set_up_team(context)

    guide = await file_debriefs(context, "act 1")

    body = flatten_folds(reply_body(guide))
    contacts = [element.person_id for element in body if isinstance(element, ContactLink)]
    assert contacts == [SUPERVISOR.id]


async def test_debriefs_can_be_withdrawn(context: Context) -> None:
    """After a confirmation every debrief of the open period is withdrawn."""
    await set_up_team(context)
    await file_debriefs(context, "act 1", "act 2")

    confirmation = await run_command(build_request(MARIE, "withdraw"), context)
    await FORMS["withdraw"](build_request(MARIE, answers={}), context)

    assert isinstance(confirmation, Form)
    assert confirmation.submit
    assert await withdraw_debriefs_of_marie(context) == 0


async def test_a_withdrawal_always_gets_the_same_reply(context: Context) -> None:
    """The reply to a withdrawal does not reveal whether a debrief was filed."""
    await set_up_team(context)
    await file_debriefs(context, "act 1")

    first_reply = await FORMS["withdraw"](build_request(MARIE, answers={}), context)
    second_reply = await FORMS["withdraw"](build_request(MARIE, answers={}), context)

    assert first_reply == second_reply


async def test_a_published_period_cannot_be_withdrawn(context: Context, clock: FakeClock) -> None:
    """A later withdrawal does not change a published table."""
    await set_up_team(context)
    await file_debriefs(context, "act 1")
    clock.advance(days=8)
    scope = context.store.across_workspaces
    await scope.write(lambda repos: change_period(repos, clock))
    before = await scope.read(lambda repos: repos.releases.list_by_team(TEAM.id))

    await FORMS["withdraw"](build_request(MARIE, answers={}), context)

    after = await scope.read(lambda repos: repos.releases.list_by_team(TEAM.id))
    assert after == before
    assert {release.ledger for release in before} == {release_rule.TOTAL, release_rule.BREAKDOWN}


def change_period(repos: Repositories, clock: FakeClock) -> None:
    """Close the ended periods and open the next, as the Monday duty does."""
    repos.ledger.close_ended_periods(clock())
    repos.ledger.open_missing_periods(clock())
