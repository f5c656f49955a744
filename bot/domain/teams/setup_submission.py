"""What somebody wants a team's set-up to become, read from its form and judged."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from bot.content.catalogue import Words
from bot.conversation import Invalid
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.preferences import clock_time
from bot.domain.people import Team
from bot.domain.teams import holiday_regions
from bot.domain.teams.setup_form import MOST_PEOPLE
from bot.errors import UnknownAnswerError
from bot.public_holidays import is_region

PLAIN = re.compile(r"[\w .,'\N{RIGHT SINGLE QUOTATION MARK}&()+/-]{1,60}")
"""What a team's name may hold: nothing that inline markup or a product could take for more."""

WEEK = frozenset("1234567")

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Plan:
    """A team's set-up as somebody filled it in; people are product ids."""

    channel: str
    name: str
    clinicians: tuple[str, ...]
    supervisors: tuple[str, ...]
    checkin: WeeklyRule
    tip_days: tuple[int, ...]
    tip_at: time
    language: str
    zone: str
    practice: str
    question: str
    open_to_team: bool
    holidays: str = ""

    def team(self, team_id: str, workspace: str) -> Team:
        """The team that this plan describes."""
        return Team(
            id=team_id,
            workspace=workspace,
            channel=self.channel,
            name=self.name,
            practice=self.practice,
            language=self.language,
            zone=self.zone,
            checkin=self.checkin,
            tip_days=self.tip_days,
            tip_at=self.tip_at,
            question=self.question,
            open_to_team=self.open_to_team,
            holidays=self.holidays,
        )


@dataclass(frozen=True)
class Ground:
    """What the plan meets: who fills it in, who supervises now, and what is already taken.

    ``elsewhere`` are those on the list of another team of the workspace; those who merely
    joined one are not among them, since a fault about them would tell a supervisor so.
    """

    setter: str
    supervisors: tuple[str, ...]
    channel_taken: bool
    elsewhere: frozenset[str]


def read(answers: Answers, languages: tuple[str, ...], words: Words) -> Plan | Invalid:
    """Read the set-up form; names that could be more than a name get a kind fault.

    Raises :class:`bot.errors.UnknownAnswerError` on what the form does not offer.
    """
    names = {field: _line(answers, field) for field in ("name", "practice")}
    wrong = [field for field, said in names.items() if not _is_plain(said, blank=field != "name")]
    if wrong:
        return Invalid({field: words.say("supervision.fault.name") for field in wrong})
    return Plan(
        channel=_given(answers, "channel"),
        name=names["name"],
        clinicians=_many(answers, "clinicians"),
        supervisors=_many(answers, "supervisors"),
        checkin=WeeklyRule(int(_among(answers, "day", WEEK)), clock_time(_one(answers, "time"))),
        tip_days=_days(answers),
        tip_at=clock_time(_one(answers, "tip_time")),
        language=_among(answers, "language", languages) if len(languages) > 1 else languages[0],
        zone=_zone(_one(answers, "zone")),
        practice=names["practice"],
        question=_among(answers, "question", ("form", "status")),
        open_to_team=_among(answers, "open", ("yes", "no")) == "yes",
        holidays=_region(_one(answers, "holidays")),
    )


def faults(plan: Plan, ground: Ground, words: Words) -> Invalid | None:
    """Say under each field what cannot be kept; ``None`` when everything can.

    Nobody appoints themselves, a supervisor is never counted in the same team, and each
    clinician has one home.
    """
    supervisors, clinicians = set(plan.supervisors), set(plan.clinicians)
    found: dict[str, str] = {}
    if ground.channel_taken:
        found["channel"] = "channel_taken"
    if not supervisors:
        found["supervisors"] = "nobody"
    elif ground.setter in supervisors.difference(ground.supervisors):
        found["supervisors"] = "self"
    if clinicians & ground.elsewhere:
        found["clinicians"] = "elsewhere"
    elif clinicians & {*supervisors, *kept_on(ground)}:
        found["clinicians"] = "both"
    for name, people in (("supervisors", supervisors), ("clinicians", clinicians)):
        if len(people) > MOST_PEOPLE:
            found[name] = "too_many"
    told = {name: words.say(f"supervision.fault.{key}") for name, key in found.items()}
    return Invalid(told) if told else None


def kept_on(ground: Ground) -> tuple[str, ...]:
    """A supervisor who fills in the form keeps their own role, listed or not."""
    return (ground.setter,) if ground.setter in ground.supervisors else ()


def _line(answers: Answers, name: str) -> str:
    return " ".join(_one(answers, name).split())


def _is_plain(said: str, *, blank: bool) -> bool:
    return (blank and not said) or PLAIN.fullmatch(said) is not None


def _one(answers: Answers, name: str) -> str:
    values = answers.get(name, ())
    return values[0] if values else ""


def _given(answers: Answers, name: str) -> str:
    said = _one(answers, name)
    if not said:
        raise UnknownAnswerError
    return said


def _many(answers: Answers, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(answers.get(name, ())))


def _among(answers: Answers, name: str, offered: Iterable[str]) -> str:
    said = _one(answers, name)
    if said not in offered:
        raise UnknownAnswerError
    return said


def _days(answers: Answers) -> tuple[int, ...]:
    said = set(answers.get("tip_days", ()))
    if not said <= WEEK:
        raise UnknownAnswerError
    return tuple(sorted(int(day) for day in said))


def _region(said: str) -> str:
    if said in {"", holiday_regions.NONE}:
        return ""
    if not is_region(said):
        raise UnknownAnswerError
    return said


def _zone(said: str) -> str:
    try:
        return ZoneInfo(said).key
    except (ValueError, KeyError, OSError):
        raise UnknownAnswerError from None
