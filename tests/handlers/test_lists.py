"""What people read when a list changes while a period is open, and which accounts it takes."""

from datetime import timedelta

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers, Person, Profile
from handlers import COMMANDS, FORMS, HOME_HANDLER
from handlers.supervision import open_chosen_setup
from schedules import COMPOSERS, close_periods, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.setup_forms import CURRENT_ANSWERS, submit_setup
from tests.ledger_records import count_stored_codes
from tests.sample_team import (
    ADA,
    CLINICIANS,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    reply_text,
    set_up_team,
)

CODES: FormAnswers = {"form": "away", "status": "touched"}
FRIDAY_CLINICIANS = tuple(build_person(f"friday{number}") for number in range(9))
LATER = timedelta(days=20)
NEXT_CLOSE = "Monday, October 5"


@pytest.fixture
async def quarter(context: Context, clock: FakeClock) -> Context:
    """Two teams, twenty days after the first Monday of a quarter."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, FRIDAY_CLINICIANS)
    clock.advance(days=7)
    await close_periods.run(context)
    clock.advance(days=LATER.days)
    return context


async def save_list(context: Context, *clinicians: Person) -> object:
    """Save the list of the Monday team by its supervisor's form."""
    answers = {**CURRENT_ANSWERS, "clinicians": tuple(person.id for person in clinicians)}
    key = f"act {context.now()} {len(clinicians)}"
    return await submit_setup(context, SUPERVISOR, TEAM.id, answers, key)


async def move_to_friday_team(context: Context, person: Person) -> None:
    """Move *person* from the Monday team's list to that of the Friday team."""
    await save_list(context, *(other for other in CLINICIANS if other != person))
    await set_up_team(context, OTHER_TEAM, (*FRIDAY_CLINICIANS, person))


async def read_debrief_texts(context: Context, person: Person) -> tuple[str, str]:
    """Return the text of the debrief form, and that of the guide after filing."""
    form = await COMMANDS["rupture"].handle_request(build_request(person), context)
    request = build_request(person, answers=CODES, idempotency_key=f"act {person.id}")
    return reply_text(form), reply_text(await FORMS["debrief"](request, context))


async def read_home(context: Context, person: Person) -> str:
    """Return the text of a person's Home page."""
    return reply_text(await HOME_HANDLER(build_request(person), context))


async def test_person_who_joins_later_reads_from_when_they_count(quarter: Context) -> None:
    """The form, its receipt, Home and the result of joining name the day, and nothing is filed."""
    await save_list(quarter, *CLINICIANS, STRANGER)
    joined = await COMMANDS["checkin"].keyword_handlers["join"](
        build_request(STRANGER, "join"), quarter
    )

    form, receipt = await read_debrief_texts(quarter, STRANGER)
    assert f"You count from {NEXT_CLOSE} on" in form
    assert f"From {NEXT_CLOSE} on you count" in receipt
    assert f"You count from {NEXT_CLOSE} on" in await read_home(quarter, STRANGER)
    assert f"Your debriefs count from {NEXT_CLOSE} on" in reply_text(joined)
    assert await count_stored_codes(quarter.store) == 0


async def test_person_who_joins_in_the_first_week_counts_at_once(
    context: Context, clock: FakeClock
) -> None:
    """Nobody reads of a later day."""
    await set_up_team(context)
    clock.advance(days=6)
    joined = await COMMANDS["checkin"].keyword_handlers["join"](
        build_request(STRANGER, "join"), context
    )

    form, receipt = await read_debrief_texts(context, STRANGER)
    texts = (reply_text(joined), form, receipt)
    assert not any("count from" in text for text in texts)
    assert await count_stored_codes(context.store) == 2


async def test_moved_person_reads_it_where_they_file(quarter: Context) -> None:
    """What they file still counts in their former team; the day is that of its close."""
    await move_to_friday_team(quarter, MARIE)

    form, receipt = await read_debrief_texts(quarter, MARIE)
    assert f"Until {NEXT_CLOSE}, what you file still counts where you were listed" in form
    assert f"Before {NEXT_CLOSE}" in receipt
    assert await count_stored_codes(quarter.store) == 2


async def test_moved_person_alone_reads_it_on_home(quarter: Context) -> None:
    """Neither their former colleagues nor the new ones, nor a person who joins, read of it."""
    await move_to_friday_team(quarter, MARIE)
    sentence = "Your place on the team lists has changed"

    pages = {
        person: sentence in await read_home(quarter, person)
        for person in (MARIE, ADA, FRIDAY_CLINICIANS[0], SUPERVISOR, STRANGER)
    }
    assert [person for person, is_told in pages.items() if is_told] == [MARIE]


async def test_removed_person_reads_it_on_home_until_the_close(
    quarter: Context, clock: FakeClock
) -> None:
    """They count until the close, and are on no list afterwards."""
    await save_list(quarter, *CLINICIANS[1:])
    assert f"Until {NEXT_CLOSE}, what you file still counts" in await read_home(quarter, MARIE)

    clock.advance(weeks=13)
    await close_periods.run(quarter)

    assert "what you file still counts" not in await read_home(quarter, MARIE)
    assert "no team's list" in (await read_debrief_texts(quarter, MARIE))[1]


async def test_moved_person_alone_reads_it_in_the_next_checkin(
    quarter: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """The card of everybody else is as it was."""
    for person in (MARIE, ADA):
        request = build_request(person, "join", idempotency_key=f"join {person.id}")
        await COMMANDS["checkin"].keyword_handlers["join"](request, quarter)
    await weekly_checkin.run(quarter)
    await quarter.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, OTHER_TEAM.id)
    )
    clock.advance(days=8, hours=1)
    await weekly_checkin.run(quarter)
    await DeliverySender(quarter, COMPOSERS).send_all_due()

    cards = {sent.address.person: reply_text(sent.message) for sent in outlet.sent_messages}
    sentence = f"Your place on the team lists has changed. Until {NEXT_CLOSE}"
    assert {person: sentence in text for person, text in cards.items() if person} == {
        MARIE.id: True,
        ADA.id: False,
    }


async def test_supervisor_reads_how_many_lack_a_team(quarter: Context) -> None:
    """The report and the set-up have the number; nobody is named, and a move is no lack."""
    await quarter.store.across_workspaces.write(
        lambda repos: [
            repos.teams.save_agreement(SUPERVISOR, team.id) for team in (TEAM, OTHER_TEAM)
        ]
    )
    await move_to_friday_team(quarter, ADA)
    sentence = "1 person who counts in this team's open period is on no team's list"

    async def read_pages() -> list[str]:
        request = build_request(SUPERVISOR, data=TEAM.id)
        report = await COMMANDS["debriefs"].handle_request(request, quarter)
        set_up = await open_chosen_setup(build_request(SUPERVISOR, data=TEAM.id), quarter)
        return [reply_text(page) for page in (report, set_up)]

    before = await read_pages()
    await save_list(quarter, *(person for person in CLINICIANS if person not in {MARIE, ADA}))

    pages = await read_pages()
    assert not any(sentence in page for page in before)
    assert all(sentence in page and MARIE.id not in page for page in pages)


@pytest.mark.parametrize(
    "profile", [Profile(is_active_person=False), Profile(is_external=True)], ids=["app", "external"]
)
async def test_accounts_that_may_be_on_no_list_are_refused(
    quarter: Context, outlet: RecordingOutlet, profile: Profile
) -> None:
    """The set-up names how many they are, and nothing is saved."""
    apps = (STRANGER, build_person("other"))
    outlet.profiles = dict.fromkeys(apps, profile)

    reply = await save_list(quarter, *CLINICIANS, *apps)

    assert isinstance(reply, InvalidAnswers)
    assert reply.errors["clinicians"].startswith("2 of the people you added are apps")
    declared = await quarter.store.across_workspaces.read(
        lambda repos: repos.teams.list_declared_clinicians(TEAM.id)
    )
    assert set(declared) == set(CLINICIANS)


async def test_accounts_that_cannot_be_looked_up_are_accepted(
    quarter: Context, outlet: RecordingOutlet
) -> None:
    """An outage of the product's API stops no set-up; the worker looks them up later."""
    outlet.are_profiles_unavailable = True

    assert not isinstance(await save_list(quarter, *CLINICIANS, STRANGER), InvalidAnswers)


async def test_account_that_is_on_the_list_is_not_refused(
    quarter: Context, outlet: RecordingOutlet
) -> None:
    """A colleague whose account was closed later does not stop the next set-up."""
    outlet.profiles = {MARIE: Profile(is_active_person=False)}

    assert not isinstance(await save_list(quarter, *CLINICIANS, STRANGER), InvalidAnswers)
