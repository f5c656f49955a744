"""Who is supervised together, by whom, and who may read what was published."""

from dataclasses import dataclass
from datetime import date, time
from enum import Enum

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule


class Role(Enum):
    """What somebody is to a team, beside being one of its clinicians."""

    SUPERVISOR = "supervisor"
    DIRECTOR = "director"


@dataclass(frozen=True)
class Team:
    """Clinicians supervised together, as their set-up describes them.

    ``zone`` is an IANA name, used where a person's own is unknown; ``tip_days`` are ISO
    weekdays. ``question`` is what the next period's breakdown asks: ``form`` or ``status``.
    ``open_to_team`` lets the whole roster read what its supervisors read; ``unreachable``
    says why nothing can be posted in its channel. ``holidays`` is the region whose public
    holidays the team keeps, such as ``CA-QC``; ``""`` for none.
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
    """Everything that is kept about a person, and nothing they answered.

    ``rule`` is their own day and time, ``None`` for the team's; ``paused_until`` is the
    first local day on which they may be asked again; ``quiet`` counts 0 to 6 check-ins
    in a row that they let pass; ``unreachable`` says why no message reaches them.
    ``work_days`` are the ISO weekdays on which they work, ``()`` while they chose none.
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
    """Whether somebody with *roles* in *team* may read its published tables.

    Its supervisors and its directors may; its own clinicians may where the team chose
    to read them together; nobody else, whatever they are elsewhere.
    """
    return bool(roles) or (on_roster and team.open_to_team)
