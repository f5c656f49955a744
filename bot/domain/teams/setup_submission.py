"""What somebody wants a team's set-up to become, read from its form and judged."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.preferences import parse_clock_time
from bot.domain.people import Team
from bot.domain.teams import holiday_regions
from bot.domain.teams.setup_form import MAX_PEOPLE
from bot.errors import UnknownAnswerError
from bot.public_holidays import is_known_region

PLAIN_NAME_PATTERN = re.compile(r"[\w .,'\N{RIGHT SINGLE QUOTATION MARK}&()+/-]{1,60}")
"""What a team's name may hold: nothing that inline markup or a product could take for more."""

WEEKDAY_CODES = frozenset("1234567")

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class SetupSubmission:
    """A team's set-up as somebody filled it in; people are product ids."""

    channel: str
    name: str
    clinicians: tuple[str, ...]
    supervisors: tuple[str, ...]
    checkin_rule: WeeklyRule
    tip_days: tuple[int, ...]
    tip_time: time
    language: str
    zone: str
    practice: str
    question: str
    open_to_team: bool
    holiday_region: str = ""

    def build_team(self, team_id: str, workspace: str) -> Team:
        """The team that this plan describes."""
        return Team(
            id=team_id,
            workspace=workspace,
            channel=self.channel,
            name=self.name,
            practice=self.practice,
            language=self.language,
            zone=self.zone,
            checkin_rule=self.checkin_rule,
            tip_days=self.tip_days,
            tip_time=self.tip_time,
            question=self.question,
            open_to_team=self.open_to_team,
            holiday_region=self.holiday_region,
        )


@dataclass(frozen=True)
class SetupContext:
    """What the plan meets: who fills it in, who supervises now, and what is already taken.

    ``elsewhere`` are those on the list of another team of the workspace; those who merely
    joined one are not among them, since a fault about them would tell a supervisor so.
    """

    setter_id: str
    supervisors: tuple[str, ...]
    is_channel_in_use: bool
    clinicians_elsewhere: frozenset[str]


def parse_setup(
    answers: Answers, languages: tuple[str, ...], words: LanguagePack
) -> SetupSubmission | InvalidAnswers:
    """Read the set-up form; names that could be more than a name get a kind fault.

    Raises :class:`bot.errors.UnknownAnswerError` on what the form does not offer.
    """
    names = {field: _collapsed_answer(answers, field) for field in ("name", "practice")}
    wrong = [
        field
        for field, said in names.items()
        if not _is_plain_name(said, allow_blank=field != "name")
    ]
    if wrong:
        return InvalidAnswers({field: words.translate("supervision.fault.name") for field in wrong})
    return SetupSubmission(
        channel=_required_answer(answers, "channel"),
        name=names["name"],
        clinicians=_unique_answers(answers, "clinicians"),
        supervisors=_unique_answers(answers, "supervisors"),
        checkin_rule=WeeklyRule(
            int(_offered_answer(answers, "day", WEEKDAY_CODES)),
            parse_clock_time(_first_answer(answers, "time")),
        ),
        tip_days=_parse_tip_days(answers),
        tip_time=parse_clock_time(_first_answer(answers, "tip_time")),
        language=_offered_answer(answers, "language", languages)
        if len(languages) > 1
        else languages[0],
        zone=_parse_zone(_first_answer(answers, "zone")),
        practice=names["practice"],
        question=_offered_answer(answers, "question", ("form", "status")),
        open_to_team=_offered_answer(answers, "open", ("yes", "no")) == "yes",
        holiday_region=_parse_region(_first_answer(answers, "holidays")),
    )


def validate_submission(
    submission: SetupSubmission, setup_context: SetupContext, words: LanguagePack
) -> InvalidAnswers | None:
    """Say under each field what cannot be kept; ``None`` when everything can.

    Nobody appoints themselves, a supervisor is never counted in the same team, and each
    clinician has one home.
    """
    supervisors, clinicians = set(submission.supervisors), set(submission.clinicians)
    found: dict[str, str] = {}
    if setup_context.is_channel_in_use:
        found["channel"] = "channel_taken"
    if not supervisors:
        found["supervisors"] = "nobody"
    elif setup_context.setter_id in supervisors.difference(setup_context.supervisors):
        found["supervisors"] = "self"
    if clinicians & setup_context.clinicians_elsewhere:
        found["clinicians"] = "elsewhere"
    elif clinicians & {*supervisors, *retained_supervisors(setup_context)}:
        found["clinicians"] = "both"
    for name, people in (("supervisors", supervisors), ("clinicians", clinicians)):
        if len(people) > MAX_PEOPLE:
            found[name] = "too_many"
    told = {name: words.translate(f"supervision.fault.{key}") for name, key in found.items()}
    return InvalidAnswers(told) if told else None


def retained_supervisors(setup_context: SetupContext) -> tuple[str, ...]:
    """A supervisor who fills in the form keeps their own role, listed or not."""
    return (
        (setup_context.setter_id,) if setup_context.setter_id in setup_context.supervisors else ()
    )


def _collapsed_answer(answers: Answers, field_id: str) -> str:
    return " ".join(_first_answer(answers, field_id).split())


def _is_plain_name(text: str, *, allow_blank: bool) -> bool:
    return (allow_blank and not text) or PLAIN_NAME_PATTERN.fullmatch(text) is not None


def _first_answer(answers: Answers, field_id: str) -> str:
    values = answers.get(field_id, ())
    return values[0] if values else ""


def _required_answer(answers: Answers, field_id: str) -> str:
    said = _first_answer(answers, field_id)
    if not said:
        raise UnknownAnswerError
    return said


def _unique_answers(answers: Answers, field_id: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(answers.get(field_id, ())))


def _offered_answer(answers: Answers, field_id: str, offered_codes: Iterable[str]) -> str:
    said = _first_answer(answers, field_id)
    if said not in offered_codes:
        raise UnknownAnswerError
    return said


def _parse_tip_days(answers: Answers) -> tuple[int, ...]:
    said = set(answers.get("tip_days", ()))
    if not said <= WEEKDAY_CODES:
        raise UnknownAnswerError
    return tuple(sorted(int(day) for day in said))


def _parse_region(region_code: str) -> str:
    if region_code in {"", holiday_regions.NO_REGION_CODE}:
        return ""
    if not is_known_region(region_code):
        raise UnknownAnswerError
    return region_code


def _parse_zone(zone_name: str) -> str:
    try:
        return ZoneInfo(zone_name).key
    except (ValueError, KeyError, OSError):
        raise UnknownAnswerError from None
