"""A made-up practice: nine clinicians, their supervisor, an admin and a stranger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from bot.context import Desk
from bot.conversation import Person, Request
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.elements import (
    FIELDS,
    Actions,
    Banner,
    Button,
    Chart,
    Contact,
    Element,
    Field,
    Form,
    Heading,
    Home,
    Menu,
    Message,
    Quote,
    Small,
    Text,
)
from bot.store.repositories import Books

WORKSPACE = "slack:T0PRACTICE"
CHANNEL, OTHER_CHANNEL = "C0MONDAY", "C0FRIDAY"


Chosen = Mapping[str, tuple[str, ...] | str]
"""Answers by field id; one alone needs no tuple."""


def person(name: str) -> Person:
    """Somebody of the workspace."""
    return Person(WORKSPACE, f"U0{name.upper()}")


CLINICIANS = tuple(person(f"clin{number}") for number in range(1, 10))
MARIE, ADA, *_ = CLINICIANS
SUPERVISOR, DIRECTOR, ADMIN, STRANGER = map(person, ("super", "director", "admin", "stranger"))

TEAM = Team(
    id="monday",
    workspace=WORKSPACE,
    channel=CHANNEL,
    name="Monday team",
    practice="",
    language="en",
    zone="America/Toronto",
    checkin=WeeklyRule(1, time(9)),
    tip_days=(2, 4),
    tip_at=time(9),
    question="form",
    open_to_team=False,
)
OTHER_TEAM = replace(TEAM, id="friday", channel=OTHER_CHANNEL, name="Friday team")


async def set_up(
    desk: Desk,
    team: Team = TEAM,
    clinicians: tuple[Person, ...] = CLINICIANS,
    supervisors: tuple[Person, ...] = (SUPERVISOR,),
) -> None:
    """Declare a team, as an operator would."""

    def keep(books: Books) -> None:
        books.teams.save(team)
        books.teams.declare(team.id, clinicians)
        books.teams.set_holders(team.id, Role.SUPERVISOR, supervisors)
        books.ledger.open_due(desk.now())

    await desk.store.write(keep)


def request(
    who: Person,
    keyword: str = "",
    *,
    channel: str = CHANNEL,
    data: str = "",
    answers: Chosen | None = None,
    key: str = "act 1",
) -> Request:
    """What *who* asks for; with *answers* it is a form that was sent off."""
    if answers is None:
        return Request(who, "", key, keyword=keyword, channel=channel, data=data)
    coded = {
        name: (chosen,) if isinstance(chosen, str) else chosen for name, chosen in answers.items()
    }
    return Request(who, "", key, data=data, answers=coded, inside_form=True, step="submitted")


def body(reply: object) -> tuple[Element, ...]:
    """What a reply is made of; it has to be something to read."""
    assert isinstance(reply, Message | Form | Home), reply
    return reply.body


def text(reply: object) -> str:
    """Everything a person reads in a reply, in order."""
    lines = [reply.title] if isinstance(reply, Form) else []
    for one in body(reply):
        match one:
            case Heading() | Text() | Small() | Quote() | Banner():
                lines.append(one.text)
            case Chart():
                lines.append(one.words)
            case Contact():
                lines.append(one.label)
            case Actions():
                lines += [step.label for step in one.steps]
            case _ if isinstance(one, FIELDS):
                lines.append(one.label)
    return "\n".join(lines)


def steps(reply: object) -> dict[str, Button | Menu]:
    """The steps that a reply offers, by name."""
    rows = (one.steps for one in body(reply) if isinstance(one, Actions))
    return {step.name: step for row in rows for step in row if isinstance(step, Button | Menu)}


def fields(reply: object) -> dict[str, Field]:
    """The questions that a form asks, by id."""
    return {one.id: one for one in body(reply) if isinstance(one, FIELDS)}
