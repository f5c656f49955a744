"""Sample data: a practice of nine clinicians, their supervisor, an admin and a stranger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from bot.context import Context
from bot.conversation import Channel, InvalidAnswers, Person, Request, RequestStep, Surface
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.elements import (
    FIELD_TYPES,
    ActionRow,
    Banner,
    Button,
    Caption,
    Chart,
    Code,
    ContactLink,
    Element,
    Field,
    Form,
    Heading,
    Home,
    Message,
    OverflowMenu,
    Quote,
    Text,
    flatten_folds,
)
from bot.store.repositories import Repositories
from tests.prepared_stores import prepare_first_state

WORKSPACE = "slack:T0PRACTICE"
CHANNEL, OTHER_CHANNEL = "C0MONDAY", "C0FRIDAY"


FormAnswers = Mapping[str, tuple[str, ...] | str]
"""Answers by field id; a single answer needs no tuple."""


def build_person(name: str) -> Person:
    """Build a person of the workspace."""
    return Person(WORKSPACE, f"U0{name.upper()}")


CLINICIANS = tuple(build_person(f"clin{number}") for number in range(1, 10))
MARIE, ADA, *_ = CLINICIANS
SUPERVISOR, DIRECTOR, ADMIN, STRANGER = map(
    build_person, ("super", "director", "admin", "stranger")
)

TEAM = Team(
    id="monday",
    workspace=WORKSPACE,
    channel=CHANNEL,
    name="Monday team",
    practice="",
    language="en",
    zone="America/Toronto",
    checkin_rule=WeeklyRule(1, time(9)),
    tip_days=(2, 4),
    tip_time=time(9),
    question="form",
    open_to_team=False,
)
OTHER_TEAM = replace(TEAM, id="friday", channel=OTHER_CHANNEL, name="Friday team")


async def set_up_team(
    context: Context,
    team: Team = TEAM,
    clinicians: tuple[Person, ...] = CLINICIANS,
    supervisors: tuple[Person, ...] = (SUPERVISOR,),
) -> None:
    """Save a team with its roster, its supervisors and its periods.

    The sample team is copied where a store is empty and begins with a state of other tests.
    """

    def save_team(repos: Repositories) -> None:
        repos.teams.save(team)
        repos.teams.declare_clinicians(team.id, clinicians)
        repos.teams.set_role_holders(team.id, Role.SUPERVISOR, supervisors)
        repos.ledger.open_missing_periods(context.now())

    async def save(context: Context) -> None:
        await context.store.across_workspaces.write(save_team)

    if (team, clinicians, supervisors) == (TEAM, CLINICIANS, (SUPERVISOR,)):
        await prepare_first_state(context, f"team on {context.now():%Y-%m-%d %H.%M.%S}", save)
    else:
        await save(context)


def build_request(  # noqa: PLR0913 - each is an option of some test
    person: Person,
    keyword: str = "",
    *,
    channel: str = CHANNEL,
    surface: Surface = Surface.COMMAND,
    data: str = "",
    answers: FormAnswers | None = None,
    idempotency_key: str = "act 1",
) -> Request:
    """Build a request of *person*; with *answers* it is a submitted form.

    *channel* is that of a command or a message.
    """
    if answers is None:
        return Request(
            person,
            "",
            idempotency_key,
            keyword=keyword,
            channel=channel if surface in {Surface.COMMAND, Surface.MESSAGE} else "",
            data=data,
            surface=surface,
        )
    coded = {
        name: (answer,) if isinstance(answer, str) else answer for name, answer in answers.items()
    }
    return Request(
        person,
        "",
        idempotency_key,
        data=data,
        answers=coded,
        surface=Surface.FORM,
        step=RequestStep.SUBMITTED,
    )


def build_channel_command(person: Person, channel: Channel) -> Request:
    """Build a command that *person* typed in *channel*."""
    return replace(build_request(person, channel=channel.id), command_channel=channel)


def reply_body(reply: object) -> tuple[Element, ...]:
    """Return the elements of a reply, which has to be something to read."""
    assert isinstance(reply, Message | Form | Home), reply
    return reply.body


def reply_text(reply: object) -> str:
    """Return all the text of a reply, in order; that of a fold in its place, and form errors."""
    if isinstance(reply, InvalidAnswers):
        return "\n".join(reply.errors.values())
    lines = [reply.title] if isinstance(reply, Form) else []
    for element in flatten_folds(reply_body(reply)):
        match element:
            case Heading() | Text() | Caption() | Quote() | Banner() | Code():
                lines.append(element.text)
            case Chart():
                lines.append(element.text_equivalent)
            case ContactLink():
                lines.append(element.label)
            case ActionRow():
                lines += [step.label for step in element.controls]
            case _ if isinstance(element, FIELD_TYPES):
                lines.append(element.label)
    return "\n".join(lines)


def steps_by_name(reply: object) -> dict[str, Button | OverflowMenu]:
    """Return the steps that a reply offers, by name."""
    rows = (element.controls for element in reply_body(reply) if isinstance(element, ActionRow))
    return {
        step.name: step for row in rows for step in row if isinstance(step, Button | OverflowMenu)
    }


def fields_by_id(reply: object) -> dict[str, Field]:
    """Return the fields of a form by id, those of a fold included."""
    body = flatten_folds(reply_body(reply))
    return {element.id: element for element in body if isinstance(element, FIELD_TYPES)}
