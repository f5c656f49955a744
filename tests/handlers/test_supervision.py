from dataclasses import replace
from datetime import time

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers, Person, Profile
from bot.domain.people import Role
from bot.elements import ChannelField, ChoiceField, Form, Message, NameField, PeopleField
from bot.errors import (
    NotTheirTeamError,
    UnknownProfileError,
)
from bot.keywords import UNKNOWN_KEYWORD
from bot.store.repositories import Repositories
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import (
    CURRENT_ANSWERS,
    NEW_TEAM_ANSWERS,
    load_teams,
    open_setup,
    resolve_reply,
    submit_setup,
)
from tests.sample_team import (
    ADA,
    ADMIN,
    CHANNEL,
    CLINICIANS,
    MARIE,
    OTHER_CHANNEL,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_person,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
)

OTHER_SUPERVISOR = build_person("super2")


@pytest.fixture(autouse=True)
def _admin_profile(outlet: RecordingOutlet) -> None:
    """The workspace has one admin."""
    outlet.profiles[ADMIN] = Profile(zone="America/Vancouver", is_admin=True)


async def test_a_supervisor_opens_their_own_teams_set_up(context: Context) -> None:
    """The set-up form contains the team's current values."""
    await set_up_team(context)

    form = await open_setup(context, SUPERVISOR)

    fields = fields_by_id(form)
    channel, name, clinicians = fields["channel"], fields["name"], fields["clinicians"]
    assert isinstance(channel, ChannelField)
    assert isinstance(name, NameField)
    assert isinstance(clinicians, PeopleField)
    assert (channel.initial, name.initial) == (CHANNEL, TEAM.name)
    assert set(clinicians.initial) == {clinician.id for clinician in CLINICIANS}


async def test_a_supervisor_of_two_teams_gets_a_chooser(context: Context) -> None:
    """The team chooser opens first, and the set-up replaces it."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())

    chooser = await open_setup(context, SUPERVISOR)
    request = build_request(SUPERVISOR, answers={"which": OTHER_TEAM.id})
    form = await FORMS["which"](request, context)

    field = fields_by_id(chooser)["which"]
    assert isinstance(field, ChoiceField)
    assert {option.code for option in field.options} == {TEAM.id, OTHER_TEAM.id}
    assert isinstance(form, Form)
    assert form.data == OTHER_TEAM.id


async def test_an_admin_sets_up_the_first_team(context: Context) -> None:
    """The form has the admin's own zone, and no other value."""
    form = await open_setup(context, ADMIN)

    zone = fields_by_id(form)["zone"]
    assert isinstance(zone, ChoiceField)
    assert zone.initial == ("America/Vancouver",)


async def test_an_admin_opens_a_new_teams_form_from_the_list(context: Context) -> None:
    """Choosing the new team opens an empty set-up."""
    await set_up_team(context, supervisors=())

    form = await resolve_reply(
        await FORMS["which"](build_request(ADMIN, answers={"which": "new"}), context)
    )

    assert isinstance(form, Form)
    assert form.data == "new"


@pytest.mark.parametrize("person", [MARIE, STRANGER])
async def test_other_people_get_a_refusal(context: Context, person: Person) -> None:
    """Other people get a refusal with instructions."""
    await set_up_team(context)

    reply = await open_setup(context, person)

    assert isinstance(reply, Message)
    assert "opens for its supervisors" in reply_text(reply)


async def test_an_admin_needs_an_available_profile(
    context: Context, outlet: RecordingOutlet
) -> None:
    """Without a profile a supervisor can still edit; an admin gets an error to retry."""
    await set_up_team(context)
    outlet.are_profiles_unavailable = True

    assert isinstance(await open_setup(context, SUPERVISOR), Form)
    with pytest.raises(UnknownProfileError):
        await open_setup(context, ADMIN)
    with pytest.raises(UnknownProfileError):
        await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)


async def test_saving_stores_the_whole_set_up(context: Context) -> None:
    """Team, roster, roles and the first period are one transaction."""
    await submit_setup(context, ADMIN, "new", {**NEW_TEAM_ANSWERS, "holidays": "CA-QC"})

    (team,) = await load_teams(context)

    def read_setup(repos: Repositories) -> tuple[object, ...]:
        return (
            repos.teams.list_role_holders(team.id, Role.SUPERVISOR),
            len(repos.teams.list_declared_clinicians(team.id)),
            repos.ledger.find_next_release(team.id, context.now()) is not None,
        )

    assert (team.name, team.channel, team.question) == ("Friday team", OTHER_CHANNEL, "status")
    assert (team.checkin_rule.weekday, team.checkin_rule.local_time) == (5, time(8, 30))
    assert (team.tip_days, team.tip_time, team.holiday_region) == ((1,), time(10), "CA-QC")
    assert await context.store.across_workspaces.read(read_setup) == ((SUPERVISOR,), 6, True)


async def test_saving_posts_one_introduction(context: Context, outlet: RecordingOutlet) -> None:
    """The card names the person who set the team up; a second save posts no second card."""
    await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)
    (team,) = await load_teams(context)
    await submit_setup(context, SUPERVISOR, team.id, NEW_TEAM_ANSWERS, "act 2")

    (sent,) = outlet.sent_messages
    assert sent.address.channel == OTHER_CHANNEL
    assert ADMIN.id in reply_text(sent.message)


async def test_a_retry_creates_no_second_team(context: Context) -> None:
    """A repeated idempotency key creates one team, and is no error."""
    await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)

    assert isinstance(await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS), Form)
    assert len(await load_teams(context)) == 1


async def test_the_reply_describes_what_happens_next(context: Context) -> None:
    """The reply names the card in the channel and the first table; no person was enrolled."""
    reply = reply_text(await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS))

    for expected_text in (OTHER_CHANNEL, "Join", "Nobody was enrolled", "Monday, July 6"):
        assert expected_text in reply


async def test_another_question_applies_from_the_next_period(context: Context) -> None:
    """A changed question does not change the breakdown of an open period."""
    await set_up_team(context)

    reply = await submit_setup(
        context, SUPERVISOR, TEAM.id, {**CURRENT_ANSWERS, "question": "status"}
    )

    assert "when the next period begins" in reply_text(reply)


@pytest.mark.parametrize(
    ("field", "invalid_value"), [("supervisors", ADMIN.id), ("name", "**loud**")]
)
async def test_an_invalid_value_is_a_field_error(
    context: Context, field: str, invalid_value: str
) -> None:
    """A self-appointment or an invalid name returns a field error, and nothing is stored."""
    reply = await submit_setup(context, ADMIN, "new", {**NEW_TEAM_ANSWERS, field: invalid_value})

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {field}
    assert await load_teams(context) == ()


async def test_a_person_who_joined_elsewhere_is_no_error(context: Context) -> None:
    """A field error about such a person would reveal to a supervisor who joined."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(STRANGER, TEAM.id)
    )

    reply = await submit_setup(
        context, ADMIN, "new", {**NEW_TEAM_ANSWERS, "clinicians": (STRANGER.id,)}
    )

    assert isinstance(reply, Form)


@pytest.mark.parametrize(
    ("person", "data"),
    [(MARIE, TEAM.id), (STRANGER, TEAM.id), (ADMIN, TEAM.id), (STRANGER, "new")],
)
async def test_an_old_form_gives_no_permission(context: Context, person: Person, data: str) -> None:
    """An admin cannot change a supervised team; other people cannot create one."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await submit_setup(context, person, data, NEW_TEAM_ANSWERS)


@pytest.mark.parametrize("which", [(), (TEAM.id, OTHER_TEAM.id)])
async def test_exactly_one_team_must_be_chosen(context: Context, which: tuple[str, ...]) -> None:
    """No team or two teams are a choice that no person may edit."""
    await set_up_team(context)
    request = build_request(SUPERVISOR, answers={"which": which})

    with pytest.raises(NotTheirTeamError):
        await resolve_reply(await FORMS["which"](request, context))


async def test_posting_the_card_requires_permission(context: Context) -> None:
    """A clinician cannot make the bot post in the channel."""
    await set_up_team(context)

    request = build_request(ADA, data=TEAM.id)

    with pytest.raises(NotTheirTeamError):
        await resolve_reply(await BUTTONS["supervision.introduce"](request, context))


async def test_help_and_unknown_keywords_show_the_usage(context: Context) -> None:
    """The usage names who sets a team up."""
    run_command = COMMANDS["supervision"].handle_request
    usage = await run_command(build_request(MARIE, "help"), context)

    assert await run_command(build_request(MARIE, UNKNOWN_KEYWORD), context) == usage
    assert "other than themselves" in reply_text(usage)


async def test_without_an_outlet_no_person_is_an_admin(context: Context) -> None:
    """Without an outlet for profiles no team can be created."""
    with pytest.raises(UnknownProfileError):
        await open_setup(replace(context, outlets={}), ADMIN)
