"""Parse and validate a submitted team set-up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from zoneinfo import ZoneInfo

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.answers import (
    Answers,
    parse_code,
    parse_codes,
    parse_name,
    parse_required_value,
    parse_time,
    parse_unique_values,
    parse_value,
)
from bot.domain.calendar import WEEKDAY_CODES, WeeklyRule
from bot.domain.people import Team
from bot.domain.teams import holiday_regions
from bot.domain.teams.setup_form import CHOOSER_FIELD_ID, MAX_PEOPLE
from bot.errors import UnknownAnswerError
from bot.public_holidays import is_known_region

_PERSON_ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The characters of the ids of people on every product, none of which has a meaning in markup."""

PLAIN_NAME_CHARACTERS = r"\w .,'\N{RIGHT SINGLE QUOTATION MARK}&()+/-"
"""The allowed characters of a team's name: none that inline markup or a product interprets."""

PLAIN_NAME_PATTERN = re.compile(f"[{PLAIN_NAME_CHARACTERS}]{{1,60}}")


CHANNEL_MARK = "in:"
"""Prefix of form data that contains the channel of a new team; no team id contains a colon."""


@dataclass(frozen=True)
class SetupSubmission:
    """A submitted team set-up; people are product ids."""

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
        """Build the team that this submission describes."""
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
    """The stored state that a submission is validated against.

    ``setter_id`` is the person who submits the form, ``supervisors`` and ``clinicians`` are the
    current ones. ``clinicians_elsewhere`` are those declared in another team of the workspace, by
    person id; those who joined a team by themselves are not included, since an error about them
    would disclose their membership to a supervisor. ``is_channel_known`` is False for a channel
    that the bot was not seen in, where a client can submit any text.
    """

    setter_id: str
    supervisors: tuple[str, ...]
    is_channel_in_use: bool
    clinicians_elsewhere: Mapping[str, Team]
    is_channel_known: bool = True
    clinicians: frozenset[str] = frozenset()


def parse_team_id(data: str, answers: Answers) -> str:
    """Return the id of the team whose set-up a request concerns, ``""`` for none.

    It is the *data* of the set-up form and of its buttons, up to a space, or the answer of the
    team chooser. The data of the chooser is no team id but the channel of a new team, see
    :data:`CHANNEL_MARK`.
    """
    team_id = "" if data.startswith(CHANNEL_MARK) else data.partition(" ")[0]
    return team_id or "".join(answers.get(CHOOSER_FIELD_ID, ()))


def parse_setup(
    answers: Answers, languages: tuple[str, ...], words: LanguagePack
) -> SetupSubmission | InvalidAnswers:
    """Parse the set-up form; names outside :data:`PLAIN_NAME_PATTERN` get an error per field.

    Raises :class:`bot.errors.UnknownAnswerError` for values that the form does not offer.
    """
    names = {field: parse_name(answers, field) for field in ("name", "practice")}
    invalid_fields = [
        field
        for field, name in names.items()
        if not _is_plain_name(name, allow_blank=field != "name")
    ]
    if invalid_fields:
        return InvalidAnswers(
            {field: words.translate("supervision.fault.name") for field in invalid_fields}
        )
    return SetupSubmission(
        channel=parse_required_value(answers, "channel"),
        name=names["name"],
        clinicians=parse_person_ids(answers, "clinicians"),
        supervisors=parse_person_ids(answers, "supervisors"),
        checkin_rule=WeeklyRule(
            int(parse_code(answers, "day", WEEKDAY_CODES)),
            parse_time(answers, "time"),
        ),
        tip_days=tuple(map(int, parse_codes(answers, "tip_days", WEEKDAY_CODES))),
        tip_time=parse_time(answers, "tip_time"),
        language=parse_code(answers, "language", languages) if len(languages) > 1 else languages[0],
        zone=_parse_zone(parse_value(answers, "zone")),
        practice=names["practice"],
        question=parse_code(answers, "question", ("form", "status")),
        open_to_team=parse_code(answers, "open", ("yes", "no")) == "yes",
        holiday_region=_parse_region(parse_value(answers, "holidays")),
    )


def validate_submission(
    submission: SetupSubmission, setup_context: SetupContext, words: LanguagePack
) -> InvalidAnswers | None:
    """Return an error for each invalid field, or ``None`` when the submission is valid.

    A setter cannot appoint themselves, a supervisor is never counted as a clinician of the same
    team, and each clinician has one home team.
    """
    supervisors, clinicians = set(submission.supervisors), set(submission.clinicians)
    error_keys: dict[str, str] = {}
    if setup_context.is_channel_in_use:
        error_keys["channel"] = "channel_taken"
    elif not setup_context.is_channel_known:
        error_keys["channel"] = "channel_unknown"
    if not supervisors:
        error_keys["supervisors"] = "nobody"
    elif setup_context.setter_id in supervisors.difference(setup_context.supervisors):
        error_keys["supervisors"] = "self"
    if clinicians_elsewhere := list_clinicians_elsewhere(submission, setup_context):
        error_keys["clinicians"] = "elsewhere"
    elif clinicians & {*supervisors, *supervising_setter_ids(setup_context)}:
        error_keys["clinicians"] = "both"
    for name, people in (("supervisors", supervisors), ("clinicians", clinicians)):
        if len(people) > MAX_PEOPLE:
            error_keys[name] = "too_many"
    count = len(clinicians_elsewhere)
    errors = {
        name: words.translate(f"supervision.fault.{key}", count=count)
        for name, key in error_keys.items()
    }
    return InvalidAnswers(errors) if errors else None


def list_clinicians_elsewhere(
    submission: SetupSubmission, setup_context: SetupContext
) -> dict[str, Team]:
    """Return the submitted clinicians who are on another team's list, each with that team."""
    teams = setup_context.clinicians_elsewhere
    return {
        person_id: teams[person_id] for person_id in submission.clinicians if person_id in teams
    }


def refuse_accounts(refused_count: int, words: LanguagePack) -> InvalidAnswers | None:
    """Return an error where *refused_count* of the added accounts may be on no list."""
    if not refused_count:
        return None
    sentence = words.translate("supervision.fault.account", count=refused_count)
    return InvalidAnswers({"clinicians": sentence})


def complete_submission(
    submission: SetupSubmission,
    stored: SetupSubmission | None,
    setup_context: SetupContext,
    *,
    may_name_practice: bool,
) -> SetupSubmission:
    """Return *submission* as it is stored in place of *stored*, which is ``None`` for a new team.

    A supervisor who submits it keeps their own role, and the practice of an existing team stays
    unless the setter may name it. Lists of people and days are sorted, without duplicates.
    """
    retained_ids = supervising_setter_ids(setup_context)
    practice = submission.practice if stored is None or may_name_practice else stored.practice
    return replace(
        submission,
        clinicians=tuple(sorted({*submission.clinicians})),
        supervisors=tuple(sorted({*submission.supervisors, *retained_ids})),
        tip_days=tuple(sorted({*submission.tip_days})),
        practice=practice,
    )


def supervising_setter_ids(setup_context: SetupContext) -> tuple[str, ...]:
    """Return the setter's own id if they supervise: a supervisor cannot remove their own role."""
    return (
        (setup_context.setter_id,) if setup_context.setter_id in setup_context.supervisors else ()
    )


def _is_plain_name(text: str, *, allow_blank: bool) -> bool:
    return (allow_blank and not text) or PLAIN_NAME_PATTERN.fullmatch(text) is not None


def parse_person_ids(answers: Answers, field_id: str) -> tuple[str, ...]:
    """Parse the people of a field; a Teams client can submit any text as one.

    Raises UnknownAnswerError for a value that is not the id of a person.
    """
    person_ids = parse_unique_values(answers, field_id)
    if not all(map(_PERSON_ID_PATTERN.fullmatch, person_ids)):
        raise UnknownAnswerError
    return person_ids


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
