"""Teams, clinicians and roles, with the access rules between them."""

from dataclasses import dataclass
from datetime import date, time
from enum import Enum

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule


class Role(Enum):
    """A person's role in a team, independent of being one of its clinicians."""

    SUPERVISOR = "supervisor"
    DIRECTOR = "director"


@dataclass(frozen=True)
class Team:
    """A group of clinicians supervised together, as its set-up describes it.

    ``zone`` is an IANA name, the default where a person's own zone is unknown; ``tip_days`` are ISO
    weekdays. ``question`` is the question of the next period's breakdown: ``form`` or ``status``.
    ``open_to_team`` grants the whole roster read access to its supervisors' tables.
    ``unreachable_reason`` is the error that stopped posting in its channel. ``holiday_region`` is
    the region of its public holidays, such as ``CA-QC``; ``""`` for none.
    """

    id: str
    workspace: str
    channel: str
    name: str
    practice: str
    language: str
    zone: str
    checkin_rule: WeeklyRule
    tip_days: tuple[int, ...]
    tip_time: time
    question: str
    open_to_team: bool
    unreachable_reason: str = ""
    holiday_region: str = ""


@dataclass(frozen=True)
class Clinician:
    """All data stored about a person; it contains no answers.

    ``rule`` is the person's own day and time, ``None`` for the team's default. ``paused_until`` is
    the first local day on which check-ins are allowed again. ``unanswered_count`` counts unanswered
    check-ins in a row, 0 to 6. ``unreachable_reason`` is the error that stopped deliveries.
    ``work_days`` are the ISO weekdays on which the person works, ``()`` when not selected.
    """

    person: Person
    language: str
    locale: str
    zone: str
    rule: WeeklyRule | None
    paused_until: date | None
    has_joined: bool
    home_team_id: str
    unanswered_count: int
    unreachable_reason: str
    work_days: tuple[int, ...] = ()


def may_read_tables(team: Team, roles: frozenset[Role], *, on_roster: bool) -> bool:
    """Return whether a person with *roles* in *team* may read its published tables.

    Supervisors and directors of the team may. Its clinicians may when the team has opened its
    tables to the roster. A role in another team grants no access.
    """
    return bool(roles) or (on_roster and team.open_to_team)
