from dataclasses import replace
from datetime import time

import pytest

from bot.context import Desk
from bot.conversation import UNKNOWN, Invalid, Later, Person, Profile, Request
from bot.domain.people import Role, Team
from bot.elements import Channel, Choice, Form, Message, Name, People
from bot.errors import (
    NotTheirTeamError,
    UnknownAnswerError,
    UnknownProfileError,
)
from bot.store.repositories import Books
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import Moment, Pigeonholes
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
    Chosen,
    fields,
    person,
    request,
    set_up,
    text,
)

OTHER_SUPERVISOR = person("super2")

FILLED_IN: Chosen = {
    "channel": OTHER_CHANNEL,
    "name": "Friday team",
    "clinicians": tuple(person(f"new{number}").id for number in range(6)),
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

AS_IT_IS: Chosen = {
    **FILLED_IN,
    "channel": CHANNEL,
    "name": TEAM.name,
    "clinicians": tuple(one.id for one in CLINICIANS),
    "question": "form",
}
"""The Monday team's own set-up, in which a test changes what it is about."""


@pytest.fixture(autouse=True)
def _an_admin(outlet: Pigeonholes) -> None:
    """The workspace has one admin."""
    outlet.profiles[ADMIN] = Profile(zone="America/Vancouver", is_admin=True)


async def finished(reply: object) -> object:
    """The reply once the product's own interface was asked."""
    while isinstance(reply, Later):
        reply = await reply.work()
    return reply


async def opened(desk: Desk, who: Person) -> object:
    """What the command shows somebody in the end."""
    return await finished(await COMMANDS["supervision"].handler(request(who), desk))


async def sent(desk: Desk, who: Person, data: str, answers: Chosen, key: str = "act 1") -> object:
    """What the set-up's submission comes to in the end."""
    sent_off: Request = request(who, data=data, answers=answers, key=key)
    return await finished(await FORMS["setup"](sent_off, desk))


async def teams(desk: Desk) -> tuple[Team, ...]:
    """Every team there is."""
    return await desk.store.read(lambda books: books.teams.every(WORKSPACE))


async def test_a_supervisor_opens_their_own_teams_set_up(desk: Desk) -> None:
    """Filled in with what holds now."""
    await set_up(desk)

    form = await opened(desk, SUPERVISOR)

    asked = fields(form)
    channel, name, clinicians = asked["channel"], asked["name"], asked["clinicians"]
    assert isinstance(channel, Channel)
    assert isinstance(name, Name)
    assert isinstance(clinicians, People)
    assert (channel.chosen, name.chosen) == (CHANNEL, TEAM.name)
    assert set(clinicians.chosen) == {one.id for one in CLINICIANS}


async def test_a_supervisor_of_two_teams_chooses_first(desk: Desk) -> None:
    """Which team, then its set-up in the same place."""
    await set_up(desk)
    await set_up(desk, OTHER_TEAM, clinicians=())

    chooser = await opened(desk, SUPERVISOR)
    chosen = request(SUPERVISOR, answers={"which": OTHER_TEAM.id})
    form = await FORMS["which"](chosen, desk)

    which = fields(chooser)["which"]
    assert isinstance(which, Choice)
    assert {option.code for option in which.options} == {TEAM.id, OTHER_TEAM.id}
    assert isinstance(form, Form)
    assert form.data == OTHER_TEAM.id


async def test_an_admin_sets_up_the_first_team(desk: Desk) -> None:
    """In their own zone, and nothing filled in for them."""
    form = await opened(desk, ADMIN)

    zone = fields(form)["zone"]
    assert isinstance(zone, Choice)
    assert zone.chosen == ("America/Vancouver",)


async def test_an_admin_opens_a_new_teams_form_from_the_list(desk: Desk) -> None:
    """Choosing the new team opens an empty set-up."""
    await set_up(desk, supervisors=())

    form = await finished(await FORMS["which"](request(ADMIN, answers={"which": "new"}), desk))

    assert isinstance(form, Form)
    assert form.data == "new"


@pytest.mark.parametrize("who", [MARIE, STRANGER])
async def test_everybody_else_hears_who_may(desk: Desk, who: Person) -> None:
    """A kind refusal, with what to do."""
    await set_up(desk)

    reply = await opened(desk, who)

    assert isinstance(reply, Message)
    assert "opens for its supervisors" in text(reply)


async def test_when_the_product_cannot_say_who_is_an_admin_nothing_opens(
    desk: Desk, outlet: Pigeonholes
) -> None:
    """A supervisor still gets in; an admin is asked to try again."""
    await set_up(desk)
    outlet.is_silent = True

    assert isinstance(await opened(desk, SUPERVISOR), Form)
    with pytest.raises(UnknownProfileError):
        await opened(desk, ADMIN)
    with pytest.raises(UnknownProfileError):
        await sent(desk, ADMIN, "new", FILLED_IN)


async def test_saving_keeps_the_whole_set_up(desk: Desk) -> None:
    """Team, people, roles and the first period, all or nothing."""
    await sent(desk, ADMIN, "new", {**FILLED_IN, "holidays": "CA-QC"})

    (team,) = await teams(desk)

    def look(books: Books) -> tuple[object, ...]:
        return (
            books.teams.holders(team.id, Role.SUPERVISOR),
            books.teams.declared(team.id),
            books.ledger.closing_of(team.id) is not None,
        )

    assert (team.name, team.channel, team.question) == ("Friday team", OTHER_CHANNEL, "status")
    assert (team.checkin.weekday, team.checkin.at) == (5, time(8, 30))
    assert (team.tip_days, team.tip_at, team.holidays) == ((1,), time(10), "CA-QC")
    assert await desk.store.read(look) == ((SUPERVISOR,), 6, True)


async def test_saving_owes_the_channel_one_introduction(desk: Desk, clock: Moment) -> None:
    """It names the person who set the team up; saving again owes no second card."""
    await sent(desk, ADMIN, "new", FILLED_IN)
    (team,) = await teams(desk)
    await sent(desk, SUPERVISOR, team.id, FILLED_IN, "act 2")

    owed = await desk.store.read(lambda books: books.deliveries.owed(WORKSPACE, clock(), 9))

    assert [(one.kind, one.channel, one.detail) for one in owed] == [
        ("intro", OTHER_CHANNEL, ADMIN.id)
    ]


async def test_a_retry_of_a_new_team_makes_no_second(desk: Desk) -> None:
    """The same act arriving twice is kept once, and is no fault."""
    await sent(desk, ADMIN, "new", FILLED_IN)

    assert isinstance(await sent(desk, ADMIN, "new", FILLED_IN), Form)
    assert len(await teams(desk)) == 1


async def test_the_answer_says_what_happens_next(desk: Desk) -> None:
    """The card, how to invite the bot, that nobody was enrolled, and the first table's day."""
    reply = text(await sent(desk, ADMIN, "new", FILLED_IN))

    for said in (OTHER_CHANNEL, "/invite", "Nobody was enrolled", "Monday, July 6"):
        assert said in reply


async def test_another_question_waits_for_the_next_period(desk: Desk) -> None:
    """What an open period breaks down was settled when it opened."""
    await set_up(desk)

    reply = await sent(desk, SUPERVISOR, TEAM.id, {**AS_IT_IS, "question": "status"})

    assert "when the next period begins" in text(reply)


@pytest.mark.parametrize(("field", "said"), [("supervisors", ADMIN.id), ("name", "**loud**")])
async def test_a_fault_stands_under_its_field(desk: Desk, field: str, said: str) -> None:
    """Nobody appoints themselves, and a name is a name; nothing is kept meanwhile."""
    reply = await sent(desk, ADMIN, "new", {**FILLED_IN, field: said})

    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {field}
    assert await teams(desk) == ()


async def test_who_merely_joined_elsewhere_makes_no_fault(desk: Desk) -> None:
    """A fault about them would tell a supervisor who joined."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(STRANGER, TEAM.id))

    reply = await sent(desk, ADMIN, "new", {**FILLED_IN, "clinicians": (STRANGER.id,)})

    assert isinstance(reply, Form)


@pytest.mark.parametrize(
    ("who", "data"),
    [(MARIE, TEAM.id), (STRANGER, TEAM.id), (ADMIN, TEAM.id), (STRANGER, "new")],
)
async def test_a_form_kept_open_opens_nothing(desk: Desk, who: Person, data: str) -> None:
    """Not even an admin changes a supervised team; nobody else sets up a new one."""
    await set_up(desk)

    with pytest.raises(NotTheirTeamError):
        await sent(desk, who, data, FILLED_IN)


@pytest.mark.parametrize("which", [(), (TEAM.id, OTHER_TEAM.id)])
async def test_one_team_is_chosen(desk: Desk, which: tuple[str, ...]) -> None:
    """None or two is no choice."""
    with pytest.raises(UnknownAnswerError):
        await FORMS["which"](request(SUPERVISOR, answers={"which": which}), desk)


async def test_the_card_can_be_posted_again(desk: Desk, clock: Moment) -> None:
    """For when the bot was invited late: once a day at most."""
    await set_up(desk)
    again = request(SUPERVISOR, data=TEAM.id)

    reply = await BUTTONS["supervision.introduce"](again, desk)
    await BUTTONS["supervision.introduce"](again, desk)

    owed = await desk.store.read(lambda books: books.deliveries.owed(WORKSPACE, clock(), 9))
    assert [one.kind for one in owed] == ["intro"]
    assert "/invite" in text(reply)


async def test_only_who_may_set_up_posts_the_card(desk: Desk) -> None:
    """A clinician cannot make the bot speak in the channel."""
    await set_up(desk)

    with pytest.raises(NotTheirTeamError):
        await BUTTONS["supervision.introduce"](request(ADA, data=TEAM.id), desk)


async def test_help_and_unknown_words_answer_with_the_usage(desk: Desk) -> None:
    """The usage says who sets a team up."""
    ask = COMMANDS["supervision"].handler
    usage = await ask(request(MARIE, "help"), desk)

    assert await ask(request(MARIE, UNKNOWN), desk) == usage
    assert "other than themselves" in text(usage)


async def test_without_a_product_nobody_is_an_admin(desk: Desk) -> None:
    """Where nobody can be asked, nothing new is set up."""
    with pytest.raises(UnknownProfileError):
        await opened(replace(desk, outlets={}), ADMIN)
