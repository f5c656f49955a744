"""What an operator can do at the command line, beside starting and stopping the bot."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from bot.admin import team_file
from bot.admin.team_file import DeclaredTeam
from bot.context import Desk
from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Promise

_INTRODUCTION_WAITS = 30 * 86_400
"""Seconds for which an introduction card is still worth posting after a set-up."""


@dataclass(frozen=True)
class Applied:
    """What applying a team file came to: how many teams it declares, how many changed."""

    teams: int
    changed: int


Shown = Callable[[Sequence[DeclaredTeam]], Iterable[DeclaredTeam]]
"""Goes through what is declared, and shows the operator how far it has come."""


async def apply_teams(desk: Desk, path: Path, *, test_mode: bool, shown: Shown = iter) -> Applied:
    """Declare the teams of *path*, so that their clinicians can be invited and counted.

    Applying the same file again changes nothing. Raises
    :class:`bot.errors.FaultyInputError`, and then nothing is applied.
    """
    declared = team_file.read(path, test_mode=test_mode)
    same = team_file.read_same(path, test_mode=test_mode)
    now = desk.now()

    def keep(books: Books) -> int:
        _refuse_taken(books, declared, path)
        changed = sum(_apply(books, one, now) for one in shown(declared))
        if same is not None:
            books.aliases.declare(tuple(Person(*who) for who in one.accounts()) for one in same)
        books.ledger.open_due(now)
        return changed

    return Applied(len(declared), await desk.store.write(keep))


def _refuse_taken(books: Books, declared: tuple[DeclaredTeam, ...], path: Path) -> None:
    """Refuse a clinician whose home team is one that this file does not declare."""
    channels = {(one.workspace_key, one.channel) for one in declared}
    taken = []
    for one in declared:
        for clinician in one.clinicians:
            home = books.teams.home_of(Person(one.workspace_key, clinician.id))
            if home and (home.workspace, home.channel) not in channels:
                taken.append(clinician.id)
    if taken:
        raise FaultyInputError(
            tuple(Fault(str(path), "operator.team.taken", {"field": one}) for one in taken)
        )


def _apply(books: Books, declared: DeclaredTeam, now: datetime) -> bool:
    workspace = declared.workspace_key
    before = books.teams.at(workspace, declared.channel)
    team = _team(declared, before.id if before else uuid4().hex)
    people = {
        role: tuple(Person(workspace, one) for one in ids)
        for role, ids in (
            (Role.SUPERVISOR, declared.supervisors),
            (Role.DIRECTOR, declared.directors),
        )
    }
    roster = tuple(Person(workspace, one.id) for one in declared.clinicians)
    joining = [Person(workspace, one) for one in declared.joins()]
    joining = [one for one in joining if not books.people.get(one).joined]
    same = (
        before == team
        and all(set(books.teams.holders(team.id, role)) == set(who) for role, who in people.items())
        and set(books.teams.declared_people(team.id)) == set(roster)
    )
    if not same:
        books.teams.save(team)
        books.teams.declare(team.id, roster)
        for role, who in people.items():
            books.teams.set_holders(team.id, role, who)
        _introduce(books, team, now)
    for person in joining:
        books.people.join(person, team.id)
    return not same or bool(joining)


def _introduce(books: Books, team: Team, now: datetime) -> None:
    late = datetime.fromtimestamp(now.timestamp() + _INTRODUCTION_WAITS, now.tzinfo)
    books.deliveries.promise(
        [Promise(team.workspace, "intro", "", team.channel, team.id, now, late, "")]
    )


def _team(declared: DeclaredTeam, team_id: str) -> Team:
    return Team(
        id=team_id,
        workspace=declared.workspace_key,
        channel=declared.channel,
        name=declared.name,
        practice=declared.practice,
        language=declared.language,
        zone=declared.timezone,
        checkin=WeeklyRule(declared.checkin.day, declared.checkin.time),
        tip_days=tuple(sorted(set(declared.tip.days))),
        tip_at=declared.tip.time,
        question=declared.question,
        open_to_team=declared.open_to_team,
        holidays=declared.holidays,
    )
