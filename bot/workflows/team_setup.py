"""What a team's set-up needs to know, and how all of it is kept at once."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from bot.conversation import Person
from bot.domain.people import Role, Team
from bot.domain.teams import setup_submission as plans
from bot.domain.teams.setup_form import NEW, Current
from bot.domain.teams.setup_submission import Ground, Plan
from bot.errors import StaleFormError
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Promise

ARRIVED = "arrived"
"""The slot of the card that is owed to a channel to which the bot was added."""

INTRODUCTIONS = 1000
"""How many owed messages are looked through for one that introduces the bot already."""

INTRODUCTION_WAITS = timedelta(days=30)
"""For how long an introduction card is still worth posting after a set-up."""


class Keeper(Enum):
    """Who may change a team's set-up."""

    THIS_PERSON = "this_person"
    AN_ADMIN = "an_admin"
    OTHERS = "others"


@dataclass(frozen=True)
class Saved:
    """A set-up as it was kept: the team, and the day on which its open period is told.

    ``introduces`` says that its channel is owed the introduction card, ``question_waits``
    that another question was chosen for the next period.
    """

    team: Team
    closes: date | None
    introduces: bool
    question_waits: bool


def keeper(books: Books, person: Person, team_id: str) -> Keeper:
    """Who may change the set-up of *team_id*: its supervisors, or an admin while it has none.

    Raises :class:`bot.errors.StaleFormError` when there is no such team in the workspace.
    """
    if team_id == NEW:
        return Keeper.AN_ADMIN
    supervisors = books.teams.holders(_team(books, person, team_id).id, Role.SUPERVISOR)
    if person in supervisors:
        return Keeper.THIS_PERSON
    return Keeper.OTHERS if supervisors else Keeper.AN_ADMIN


def open_to(books: Books, person: Person, *, admin: bool) -> tuple[Team, ...]:
    """The teams whose set-up *person* may open."""
    allowed = {Keeper.THIS_PERSON, *([Keeper.AN_ADMIN] if admin else [])}
    teams = books.teams.every(person.workspace)
    return tuple(team for team in teams if keeper(books, person, team.id) in allowed)


def current(books: Books, person: Person, team_id: str) -> Current:
    """What the set-up of *team_id* holds now; blank for a new team."""
    if team_id == NEW:
        return Current()
    team = _team(books, person, team_id)
    return Current(
        team=team,
        names_practice=keeper(books, person, team_id) is Keeper.AN_ADMIN,
        clinicians=tuple(one.id for one in books.teams.declared_people(team.id)),
        supervisors=tuple(one.id for one in books.teams.holders(team.id, Role.SUPERVISOR)),
    )


def ground(books: Books, person: Person, team_id: str, plan: Plan) -> Ground:
    """What *plan*, filled in by *person*, meets in the workspace."""
    taken = books.teams.at(person.workspace, plan.channel)
    others = (one for one in books.teams.every(person.workspace) if one.id != team_id)
    return Ground(
        setter=person.id,
        supervisors=tuple(one.id for one in books.teams.holders(team_id, Role.SUPERVISOR)),
        channel_taken=taken is not None and taken.id != team_id,
        elsewhere=frozenset(
            one.id for team in others for one in books.teams.declared_people(team.id)
        ),
    )


def save(books: Books, person: Person, team_id: str, plan: Plan, now: datetime) -> Saved:
    """Keep the whole set-up, and owe the channel its introduction; kept twice, it is the same.

    A supervisor changes no practice, whatever arrives: its pool is not theirs to read.
    """
    before, team = books.teams.get(team_id), plan.team(team_id, person.workspace)
    if before and keeper(books, person, team_id) is not Keeper.AN_ADMIN:
        team = replace(team, practice=before.practice)
    kept_on = plans.kept_on(ground(books, person, team_id, plan))
    books.teams.save(team)
    books.teams.declare(team_id, _persons(person, plan.clinicians))
    books.teams.set_holders(
        team_id, Role.SUPERVISOR, _persons(person, (*plan.supervisors, *kept_on))
    )
    books.ledger.open_due(now)
    introduces = _introduce(books, team, person, now, team_id)
    waits = before is not None and before.question != team.question
    return Saved(team, books.ledger.closing_of(team_id), introduces, waits)


def introduce_again(books: Books, person: Person, team_id: str, now: datetime) -> None:
    """Owe the team's channel its introduction once more, at most once a day."""
    day = now.date().isoformat()
    _introduce(books, _team(books, person, team_id), person, now, f"again {day}")


def welcome(books: Books, who: Person, channel: str, locale: str, now: datetime) -> None:
    """Owe *channel* a card that names *who* added the bot there; once, ever.

    Where an introduction is owed already, that is the card.
    """
    due = books.deliveries.owed(who.workspace, now, INTRODUCTIONS)
    if not any(one.kind == "intro" and one.channel == channel for one in due):
        late, detail = now + INTRODUCTION_WAITS, f"{who.id} {locale}"
        card = Promise(who.workspace, "intro", "", channel, ARRIVED, now, late, detail)
        books.deliveries.promise([card])


def _introduce(books: Books, team: Team, setter: Person, now: datetime, slot: str) -> bool:
    late = now + INTRODUCTION_WAITS
    card = Promise(team.workspace, "intro", "", team.channel, slot, now, late, setter.id)
    return books.deliveries.promise([card]) == 1


def _team(books: Books, person: Person, team_id: str) -> Team:
    team = books.teams.get(team_id)
    if team is None or team.workspace != person.workspace:
        raise StaleFormError
    return team


def _persons(like: Person, ids: tuple[str, ...]) -> tuple[Person, ...]:
    return tuple(Person(like.workspace, one) for one in ids)
