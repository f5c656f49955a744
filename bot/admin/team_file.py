"""The file in which an operator declares teams: read, and told what to mend, line by line."""

import re
import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from bot.errors import Fault, FaultyInputError
from bot.public_holidays import is_known_region

_WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _parse_weekday(value: object) -> object:
    """Read a weekday by its English name or its ISO number (1 is Monday)."""
    if isinstance(value, str) and value.lower() in _WEEKDAY_NAMES:
        return _WEEKDAY_NAMES.index(value.lower()) + 1
    return value


def _parse_clock_time(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[0-2]\d:[0-5]\d", value):
        return time.fromisoformat(value)
    return value


def _expand_clinician(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


def _lowercase_microsoft_id(value: object) -> object:
    """Write Microsoft's ids in small letters, as its activities are read; Slack's have no dash."""
    return value.lower() if isinstance(value, str) and "-" in value else value


Weekday = Annotated[int, BeforeValidator(_parse_weekday), Field(ge=1, le=7, strict=True)]
ClockTime = Annotated[time, BeforeValidator(_parse_clock_time), Field(strict=True)]
PersonId = Annotated[
    str, BeforeValidator(_lowercase_microsoft_id), Field(pattern=r"^[A-Za-z0-9-]{2,64}$")
]
_WORKSPACE_PATTERN = r"([TE][A-Z0-9]{2,20}|[0-9a-f-]{36})"
WorkspaceId = Annotated[
    str, BeforeValidator(_lowercase_microsoft_id), Field(pattern=f"^{_WORKSPACE_PATTERN}$")
]
AccountRef = Annotated[
    str,
    BeforeValidator(_lowercase_microsoft_id),
    Field(pattern=rf"^{_WORKSPACE_PATTERN}/[A-Za-z0-9-]{{2,64}}$"),
]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class _Section(BaseModel):
    """A part of the file: unknown keys are faults, so that a slip of the pen is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CheckinTime(_Section):
    """When the team's weekly question is asked, in each person's own zone."""

    day: Weekday = 1
    time: ClockTime = time(9)


class TipTimes(_Section):
    """On which days, and when, the team's tip is posted in its channel; on none, never."""

    days: Annotated[tuple[Weekday, ...], Field(max_length=7)] = (2, 4)
    time: ClockTime = time(9)


class DeclaredClinician(_Section):
    """A clinician of the team; ``joined`` is for the practice workspace and tests alone."""

    id: PersonId
    joined: bool = False


class DeclaredTeam(_Section):
    """One ``[[team]]``: who is supervised together, by whom, and when they are asked."""

    workspace: WorkspaceId
    channel: Annotated[str, Field(pattern=r"^[A-Za-z0-9:._@;=-]{2,80}$")]
    name: Name
    practice: Annotated[str, Field(max_length=80)] = ""
    directors: tuple[PersonId, ...] = ()
    supervisors: tuple[PersonId, ...] = ()
    clinicians: tuple[Annotated[DeclaredClinician, BeforeValidator(_expand_clinician)], ...] = ()
    joined: bool = False
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Za-z]{2,4})?$")] = "en"
    timezone: str = "UTC"
    checkin: CheckinTime = CheckinTime()
    tip: TipTimes = TipTimes()
    question: Literal["form", "status"] = "form"
    open_to_team: bool = False
    holidays: str = ""

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError
        return value

    @field_validator("holidays")
    @classmethod
    def _check_holiday_region(cls, value: str) -> str:
        if value and not is_known_region(value):
            raise ValueError
        return value

    @property
    def workspace_key(self) -> str:
        """The workspace under its product."""
        return workspace_key(self.workspace)

    def joined_clinician_ids(self) -> tuple[str, ...]:
        """Who is joined by declaration rather than by their own choice."""
        return tuple(one.id for one in self.clinicians if self.joined or one.joined)


class SamePerson(_Section):
    """One ``[[same]]``: accounts of one clinician in two products, who counts as the first."""

    people: Annotated[tuple[AccountRef, ...], Field(min_length=2)]

    def split_accounts(self) -> tuple[tuple[str, str], ...]:
        """The accounts, each as a workspace under its product and a person's id there."""
        parts = (one.partition("/") for one in self.people)
        return tuple((workspace_key(workspace), who) for workspace, _, who in parts)


class _TeamFile(_Section):
    team: Annotated[tuple[DeclaredTeam, ...], Field(min_length=1)]
    same: tuple[SamePerson, ...] | None = None


def workspace_key(workspace: str) -> str:
    """Return a workspace under its product: a tenant's id has dashes, Slack's has none."""
    return f"{'msteams' if '-' in workspace else 'slack'}:{workspace}"


def read_teams(path: Path, *, test_mode: bool) -> tuple[DeclaredTeam, ...]:
    """Read the declared teams of *path*.

    Raises :class:`bot.errors.FaultyInputError` with every fault at its file and line,
    each with what to do; nothing of a faulty file is used.
    """
    return _parse_file(path, test_mode=test_mode).team


def read_same_persons(path: Path, *, test_mode: bool) -> tuple[SamePerson, ...] | None:
    """Read who in *path* is one person; ``None`` when it does not say. Raises as above."""
    return _parse_file(path, test_mode=test_mode).same


def _parse_file(path: Path, *, test_mode: bool) -> _TeamFile:
    try:
        text = path.read_text(encoding="utf-8")
        declared = _TeamFile.model_validate(tomllib.loads(text))
    except OSError:
        raise FaultyInputError((Fault(str(path), "operator.team.unreadable"),)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as refused:
        raise FaultyInputError((_syntax_fault(path, refused),)) from None
    except ValidationError as refused:
        raise FaultyInputError(_validation_faults(path, text, refused)) from None
    faults = _find_contradictions(path, text, declared.team, test_mode=test_mode)
    faults += _find_duplicate_accounts(path, text, declared)
    if faults:
        raise FaultyInputError(faults)
    return declared


def _syntax_fault(path: Path, syntax_error: Exception) -> Fault:
    line = re.search(r"line (\d+)", str(syntax_error))
    return Fault(f"{path}:{line.group(1) if line else 1}", "operator.team.not_toml")


def _validation_faults(
    path: Path, text: str, validation_error: ValidationError
) -> tuple[Fault, ...]:
    found: dict[tuple[str, str], Fault] = {}
    for error in validation_error.errors(include_input=False, include_url=False):
        number = next((part for part in error["loc"] if isinstance(part, int)), 0)
        if error["loc"][0] == "same":
            at = _locate_same_entry(path, text, number)
            found[at, "same"] = Fault(at, "operator.team.same")
            continue
        names = [str(part) for part in error["loc"] if isinstance(part, str)][1:]
        field = names[0] if names else "team"
        known = field == "team" or field in DeclaredTeam.model_fields
        key = "unknown_key" if error["type"] == "extra_forbidden" or not known else field
        if error["type"] == "missing" and len(names) == 1:
            key = "missing_key"
        where = f"{path}:{_find_line(text, number, field)}"
        found[where, key] = Fault(
            where, f"operator.team.{key}", {"field": ".".join(names) or "team"}
        )
    # A list whose members are all faulty also counts as too short; that adds nothing.
    precise = [fault for fault in found.values() if fault.key != "operator.team.team"]
    return tuple(precise or found.values())


def _find_contradictions(
    path: Path, text: str, teams: tuple[DeclaredTeam, ...], *, test_mode: bool
) -> tuple[Fault, ...]:
    faults: list[Fault] = []
    homes: set[tuple[str, str]] = set()
    channels: set[tuple[str, str]] = set()
    for number, team in enumerate(teams):

        def add_fault(field: str, key: str, number: int = number) -> None:
            where = f"{path}:{_find_line(text, number, field)}"
            faults.append(Fault(where, f"operator.team.{key}"))

        people = [(team.workspace, one.id) for one in team.clinicians]
        if homes.intersection(people) or len(set(people)) < len(people):
            add_fault("clinicians", "clinician_twice")
        if set(team.supervisors) & {one.id for one in team.clinicians}:
            add_fault("supervisors", "supervises_self")
        if (team.workspace, team.channel) in channels:
            add_fault("channel", "channel_twice")
        if team.joined_clinician_ids() and not test_mode:
            add_fault("joined", "joined_by_declaration")
        homes.update(people)
        channels.add((team.workspace, team.channel))
    return tuple(faults)


def _find_duplicate_accounts(path: Path, text: str, team_file: _TeamFile) -> tuple[Fault, ...]:
    """Whoever counts as somebody else is on no list of their own: they would count twice."""
    listed = {(team.workspace_key, one.id) for team in team_file.team for one in team.clinicians}
    seen: set[tuple[str, str]] = set()
    faults = []
    for number, same in enumerate(team_file.same or ()):
        accounts = same.split_accounts()
        once = len(set(accounts)) == len(accounts) and not seen.intersection(accounts)
        if not once or listed.intersection(accounts[1:]):
            faults.append(Fault(_locate_same_entry(path, text, number), "operator.team.same_twice"))
        seen.update(accounts)
    return tuple(faults)


def _locate_same_entry(path: Path, text: str, number: int) -> str:
    """Where the ``[[same]]`` of that *number* begins."""
    headings = [
        at
        for at, line in enumerate(text.splitlines(), start=1)
        if re.match(r"\s*\[\[\s*same\s*\]\]", line)
    ]
    return f"{path}:{headings[number] if number < len(headings) else 1}"


def _find_line(text: str, number: int, field: str) -> int:
    """Find the line of *field* in the team of that *number*, or of its heading."""
    heading, seen = 1, -1
    for at, line in enumerate(text.splitlines(), start=1):
        if re.match(r"\s*\[\[\s*team\s*\]\]", line):
            seen, heading = seen + 1, at if seen + 1 <= number else heading
        elif seen == number and re.match(rf"\s*(\[team\.)?{re.escape(field)}\b", line):
            return at
    return heading
