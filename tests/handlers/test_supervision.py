from dataclasses import replace
from datetime import time

import pytest

from bot.context import Context
from bot.conversation import (
    UNKNOWN_KEYWORD,
    DeferredReply,
    InvalidAnswers,
    Person,
    Profile,
    Request,
)
from bot.domain.people import Role, Team
from bot.elements import ChannelField, ChoiceField, Form, Message, NameField, PeopleField
from bot.errors import (
    NotTheirTeamError,
    UnknownAnswerError,
    UnknownProfileError,
)
from bot.store.repositories import Repositories
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import FakeClock, RecordingOutlet
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
    WORKSPACE,
    FormAnswers,
    build_person,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
)

OTHER_SUPERVISOR = build_person("super2")

FILLED_IN: FormAnswers = {
    "channel": OTHER_CHANNEL,
    "name": "Friday team",
    "clinicians": tuple(build_person(f"new{number}").id for number in range(6)),
    "supervisors": (SUPERVISOR.id,),
    "day": "5",
    "time": "08:30",
    "tip_days": ("1",),
    "tip_time": "10:00",
    "zone": "America/Toronto",
    "practice": "",
    "language": "en",
    "question": "status",
    "open": "no",
}
"""A new team, as an admin would fill it in."""

AS_IT_IS: FormAnswers = {
    **FILLED_IN,
    "channel": CHANNEL,
    "name": TEAM.name,
    "clinicians": tuple(one.id for one in CLINICIANS),
    "question": "form",
}
"""The Monday team's own set-up, in which a test changes what it is about."""


@pytest.fixture(autouse=True)
def _an_admin(outlet: RecordingOutlet) -> None:
    """The workspace has one admin."""
    outlet.profiles[ADMIN] = Profile(zone="America/Vancouver", is_admin=True)


async def finished(reply: object) -> object:
    """The reply once the product's own interface was asked."""
    while isinstance(reply, DeferredReply):
        reply = await reply.continuation()
    return reply


async def opened(context: Context, who: Person) -> object:
    """What the command shows somebody in the end."""
    return await finished(await COMMANDS["supervision"].handle_request(build_request(who), context))


async def sent(
    context: Context, who: Person, data: str, answers: FormAnswers, key: str = "act 1"
) -> object:
    """What the set-up's submission comes to in the end."""
    sent_off: Request = build_request(who, data=data, answers=answers, idempotency_key=key)
    return await finished(await FORMS["setup"](sent_off, context))


async def teams(context: Context) -> tuple[Team, ...]:
    """Every team there is."""
    return await context.store.read(lambda repos: repos.teams.list_teams(WORKSPACE))


async def test_a_supervisor_opens_their_own_teams_set_up(context: Context) -> None:
    """Filled in with what holds now."""
    await set_up_team(context)

    form = await opened(context, SUPERVISOR)

    asked = fields_by_id(form)
    channel, name, clinicians = asked["channel"], asked["name"], asked["clinicians"]
    assert isinstance(channel, ChannelField)
    assert isinstance(name, NameField)
    assert isinstance(clinicians, PeopleField)
    assert (channel.initial, name.initial) == (CHANNEL, TEAM.name)
    assert set(clinicians.initial) == {one.id for one in CLINICIANS}


async def test_a_supervisor_of_two_teams_chooses_first(context: Context) -> None:
    """Which team, then its set-up in the same place."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())

    chooser = await opened(context, SUPERVISOR)
    chosen = build_request(SUPERVISOR, answers={"which": OTHER_TEAM.id})
    form = await FORMS["which"](chosen, context)

    which = fields_by_id(chooser)["which"]
    assert isinstance(which, ChoiceField)
    assert {option.code for option in which.options} == {TEAM.id, OTHER_TEAM.id}
    assert isinstance(form, Form)
    assert form.data == OTHER_TEAM.id


async def test_an_admin_sets_up_the_first_team(context: Context) -> None:
    """In their own zone, and nothing filled in for them."""
    form = await opened(context, ADMIN)

    zone = fields_by_id(form)["zone"]
    assert isinstance(zone, ChoiceField)
    assert zone.initial == ("America/Vancouver",)


async def test_an_admin_opens_a_new_teams_form_from_the_list(context: Context) -> None:
    """Choosing the new team opens an empty set-up."""
    await set_up_team(context, supervisors=())

    form = await finished(
        await FORMS["which"](build_request(ADMIN, answers={"which": "new"}), context)
    )

    assert isinstance(form, Form)
    assert form.data == "new"


@pytest.mark.parametrize("who", [MARIE, STRANGER])
async def test_everybody_else_hears_who_may(context: Context, who: Person) -> None:
    """A kind refusal, with what to do."""
    await set_up_team(context)

    reply = await opened(context, who)

    assert isinstance(reply, Message)
    assert "opens for its supervisors" in reply_text(reply)


async def test_when_the_product_cannot_say_who_is_an_admin_nothing_opens(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A supervisor still gets in; an admin is asked to try again."""
    await set_up_team(context)
    outlet.are_profiles_unavailable = True

    assert isinstance(await opened(context, SUPERVISOR), Form)
    with pytest.raises(UnknownProfileError):
        await opened(context, ADMIN)
    with pytest.raises(UnknownProfileError):
        await sent(context, ADMIN, "new", FILLED_IN)


async def test_saving_keeps_the_whole_set_up(context: Context) -> None:
    """Team, people, roles and the first period, all or nothing."""
    await sent(context, ADMIN, "new", {**FILLED_IN, "holidays": "CA-QC"})

    (team,) = await teams(context)

    def look(repos: Repositories) -> tuple[object, ...]:
        return (
            repos.teams.list_role_holders(team.id, Role.SUPERVISOR),
            repos.teams.count_declared(team.id),
            repos.slips.next_close_of_team(team.id) is not None,
        )

    assert (team.name, team.channel, team.question) == ("Friday team", OTHER_CHANNEL, "status")
    assert (team.checkin_rule.weekday, team.checkin_rule.local_time) == (5, time(8, 30))
    assert (team.tip_days, team.tip_time, team.holiday_region) == ((1,), time(10), "CA-QC")
    assert await context.store.read(look) == ((SUPERVISOR,), 6, True)


async def test_saving_owes_the_channel_one_introduction(context: Context, clock: FakeClock) -> None:
    """It names the person who set the team up; saving again owes no second card."""
    await sent(context, ADMIN, "new", FILLED_IN)
    (team,) = await teams(context)
    await sent(context, SUPERVISOR, team.id, FILLED_IN, "act 2")

    owed = await context.store.read(
        lambda repos: repos.deliveries.list_due_deliveries(WORKSPACE, clock(), 9)
    )

    assert [(one.kind, one.channel, one.detail) for one in owed] == [
        ("intro", OTHER_CHANNEL, ADMIN.id)
    ]


async def test_a_retry_of_a_new_team_makes_no_second(context: Context) -> None:
    """The same act arriving twice is kept once, and is no fault."""
    await sent(context, ADMIN, "new", FILLED_IN)

    assert isinstance(await sent(context, ADMIN, "new", FILLED_IN), Form)
    assert len(await teams(context)) == 1


async def test_the_answer_says_what_happens_next(context: Context) -> None:
    """The card, how to invite the bot, that nobody was enrolled, and the first table's day."""
    reply = reply_text(await sent(context, ADMIN, "new", FILLED_IN))

    for said in (OTHER_CHANNEL, "/invite", "Nobody was enrolled", "Monday, July 6"):
        assert said in reply


async def test_another_question_waits_for_the_next_period(context: Context) -> None:
    """What an open period breaks down was settled when it opened."""
    await set_up_team(context)

    reply = await sent(context, SUPERVISOR, TEAM.id, {**AS_IT_IS, "question": "status"})

    assert "when the next period begins" in reply_text(reply)


@pytest.mark.parametrize(("field", "said"), [("supervisors", ADMIN.id), ("name", "**loud**")])
async def test_a_fault_stands_under_its_field(context: Context, field: str, said: str) -> None:
    """Nobody appoints themselves, and a name is a name; nothing is kept meanwhile."""
    reply = await sent(context, ADMIN, "new", {**FILLED_IN, field: said})

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {field}
    assert await teams(context) == ()


async def test_who_merely_joined_elsewhere_makes_no_fault(context: Context) -> None:
    """A fault about them would tell a supervisor who joined."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(STRANGER, TEAM.id))

    reply = await sent(context, ADMIN, "new", {**FILLED_IN, "clinicians": (STRANGER.id,)})

    assert isinstance(reply, Form)


@pytest.mark.parametrize(
    ("who", "data"),
    [(MARIE, TEAM.id), (STRANGER, TEAM.id), (ADMIN, TEAM.id), (STRANGER, "new")],
)
async def test_a_form_kept_open_opens_nothing(context: Context, who: Person, data: str) -> None:
    """Not even an admin changes a supervised team; nobody else sets up a new one."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await sent(context, who, data, FILLED_IN)


@pytest.mark.parametrize("which", [(), (TEAM.id, OTHER_TEAM.id)])
async def test_one_team_is_chosen(context: Context, which: tuple[str, ...]) -> None:
    """None or two is no choice."""
    with pytest.raises(UnknownAnswerError):
        await FORMS["which"](build_request(SUPERVISOR, answers={"which": which}), context)


async def test_the_card_can_be_posted_again(context: Context, clock: FakeClock) -> None:
    """For when the bot was invited late: once a day at most."""
    await set_up_team(context)
    again = build_request(SUPERVISOR, data=TEAM.id)

    reply = await BUTTONS["supervision.introduce"](again, context)
    await BUTTONS["supervision.introduce"](again, context)

    owed = await context.store.read(
        lambda repos: repos.deliveries.list_due_deliveries(WORKSPACE, clock(), 9)
    )
    assert [one.kind for one in owed] == ["intro"]
    assert "/invite" in reply_text(reply)


async def test_only_who_may_set_up_posts_the_card(context: Context) -> None:
    """A clinician cannot make the bot speak in the channel."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await BUTTONS["supervision.introduce"](build_request(ADA, data=TEAM.id), context)


async def test_help_and_unknown_words_answer_with_the_usage(context: Context) -> None:
    """The usage says who sets a team up."""
    ask = COMMANDS["supervision"].handle_request
    usage = await ask(build_request(MARIE, "help"), context)

    assert await ask(build_request(MARIE, UNKNOWN_KEYWORD), context) == usage
    assert "other than themselves" in reply_text(usage)


async def test_without_a_product_nobody_is_an_admin(context: Context) -> None:
    """Where nobody can be asked, nothing new is set up."""
    with pytest.raises(UnknownProfileError):
        await opened(replace(context, outlets={}), ADMIN)
