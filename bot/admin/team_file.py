"""Parse and validate the team file (TOML), with a line number for every fault.

The schema of its tables is declared as Pydantic models; further checks compare tables.
"""

import re
import tomllib
from datetime import time
from functools import cache
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

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
from bot.admin.operator_file_text import read_operator_file
from bot.admin.toml_line_index import TomlLineIndex, locate_syntax_error
from bot.domain.teams.team_reference import CHANNEL_PATTERN
from bot.errors import Fault, FaultyInputError
from bot.public_holidays import is_known_region

WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Valid names of weekdays in a team file, in the order of the ISO numbers from 1."""


def _parse_weekday(value: object) -> object:
    """Parse an English weekday name to its ISO number (1 is Monday); return other values as is."""
    if isinstance(value, str) and value.lower() in WEEKDAY_NAMES:
        return WEEKDAY_NAMES.index(value.lower()) + 1
    return value


def _parse_clock_time(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[0-2]\d:[0-5]\d", value):
        return time.fromisoformat(value)
    return value


@cache
def _list_timezones() -> set[str]:
    """Return the names of all time zones, cached: each call of the library scans a folder."""
    return available_timezones()


def _expand_clinician(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


def _parse_id(value: object) -> object:
    return lowercase_microsoft_id(value) if isinstance(value, str) else value


Weekday = Annotated[int, BeforeValidator(_parse_weekday), Field(ge=1, le=7, strict=True)]
ClockTime = Annotated[time, BeforeValidator(_parse_clock_time), Field(strict=True)]
PersonId = Annotated[str, BeforeValidator(_parse_id), Field(pattern=r"^[A-Za-z0-9-]{2,64}$")]
_WORKSPACE_PATTERN = r"([TE][A-Z0-9]{2,20}|[0-9a-f-]{36})"
WorkspaceId = Annotated[str, BeforeValidator(_parse_id), Field(pattern=f"^{_WORKSPACE_PATTERN}$")]
AccountRef = Annotated[
    str,
    BeforeValidator(_parse_id),
    Field(pattern=rf"^{_WORKSPACE_PATTERN}/[A-Za-z0-9-]{{2,64}}$"),
]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]


class _Section(BaseModel):
    """Base model of the file's tables: an unknown key, often a typo, is a validation error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CheckinTime(_Section):
    """Weekday and local time of the weekly check-in, in each person's time zone; with defaults."""

    day: Weekday = 1
    time: ClockTime = time(9)


class TipTimes(_Section):
    """Weekdays and local time of the tip in the team's channel; an empty list disables it."""

    days: Annotated[tuple[Weekday, ...], Field(max_length=7)] = (2, 4)
    time: ClockTime = time(9)


class DeclaredClinician(_Section):
    """A clinician of the team, in TOML an id or a table; ``joined`` is valid in test mode only."""

    id: PersonId
    joined: bool = False


class DeclaredTeam(_Section):
    """One ``[[team]]`` table: its members, their roles and the team's schedule."""

    workspace: WorkspaceId
    channel: Annotated[str, Field(pattern=f"^{CHANNEL_PATTERN}$")]
    name: Name
    practice: Annotated[str, Field(max_length=80, pattern=r"^$|\S")] = ""
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
        if value not in _list_timezones():
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
        """The key of the workspace in the database: its id with the product as prefix."""
        return build_workspace_key(self.workspace)

    def list_joined_clinician_ids(self) -> tuple[str, ...]:
        """Return the ids of the clinicians whom ``joined`` stores as joined, in test mode."""
        return tuple(
            clinician.id for clinician in self.clinicians if self.joined or clinician.joined
        )


class SamePerson(_Section):
    """One ``[[same]]`` table: a list of accounts of one person, of which the first is the main."""

    people: Annotated[tuple[AccountRef, ...], Field(min_length=2)]

    def split_accounts(self) -> tuple[tuple[str, str], ...]:
        """Parse each ``WORKSPACE/PERSON`` string to a tuple of workspace key and person id."""
        parts = (account.partition("/") for account in self.people)
        return tuple(
            (build_workspace_key(workspace), person_id) for workspace, _, person_id in parts
        )


class _TeamFile(_Section):
    team: Annotated[tuple[DeclaredTeam, ...], Field(min_length=1)]
    same: tuple[SamePerson, ...] | None = None


def read_teams(path: Path, *, test_mode: bool) -> tuple[DeclaredTeam, ...]:
    """Parse and validate the ``[[team]]`` tables of the file at *path*.

    Raises :class:`bot.errors.FaultyInputError` with every fault of the file, each with its line and
    a remedy. *test_mode* accepts the key ``joined``.
    """
    return _parse_file(path, test_mode=test_mode).team


def read_same_persons(path: Path, *, test_mode: bool) -> tuple[SamePerson, ...] | None:
    """Parse the ``[[same]]`` tables; ``None`` if there are none. Raises like :func:`read_teams`."""
    return _parse_file(path, test_mode=test_mode).same


def _parse_file(path: Path, *, test_mode: bool) -> _TeamFile:
    """Parse and validate the file: TOML syntax, the schema of each table, then cross-references."""
    text = read_operator_file(path)
    try:
        declared = _TeamFile.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise FaultyInputError(_list_validation_faults(TomlLineIndex(path, text), error)) from None
    except (ValueError, RecursionError) as error:  # tomllib: also long integers, deep nesting
        fault = Fault(locate_syntax_error(path, error), "operator.team.not_toml")
        raise FaultyInputError((fault,)) from None
    lines = TomlLineIndex(path, text)
    faults = _find_contradictions(lines, declared.team, test_mode=test_mode)
    faults += _find_duplicate_accounts(lines, declared)
    if faults:
        raise FaultyInputError(faults)
    return declared


def _list_validation_faults(
    lines: TomlLineIndex, validation_error: ValidationError
) -> tuple[Fault, ...]:
    """Convert Pydantic's validation errors to faults, located by table index and key."""
    faults: dict[tuple[str, str], Fault] = {}
    for error in validation_error.errors(include_input=False, include_url=False):
        number = next((part for part in error["loc"] if isinstance(part, int)), 0)
        if error["loc"][0] == "same":
            location = lines.locate_table("same", number)
            faults[location, "same"] = Fault(location, "operator.team.same")
            continue
        names = [str(part) for part in error["loc"] if isinstance(part, str)][1:]
        field = names[0] if names else "team"
        is_known_field = field == "team" or field in DeclaredTeam.model_fields
        key = "unknown_key" if error["type"] == "extra_forbidden" or not is_known_field else field
        if error["type"] == "missing" and len(names) == 1:
            key = "missing_key"
        location = lines.locate_field("team", number, field)
        faults[location, key] = Fault(
            location, f"operator.team.{key}", {"field": ".".join(names) or "team"}
        )
    # Pydantic also reports a list whose members are all invalid as too short; that adds nothing.
    specific_faults = [fault for fault in faults.values() if fault.key != "operator.team.team"]
    return tuple(specific_faults or faults.values())


def _find_contradictions(
    lines: TomlLineIndex, teams: tuple[DeclaredTeam, ...], *, test_mode: bool
) -> tuple[Fault, ...]:
    """Return a fault for each duplicate clinician or channel, self-supervision, and ``joined``.

    A channel is unique per workspace, and a clinician is on one list only.
    """
    faults: list[Fault] = []
    rostered_accounts: set[tuple[str, str]] = set()
    channels: set[tuple[str, str]] = set()
    for number, team in enumerate(teams):

        def add_fault(field: str, key: str, number: int = number) -> None:
            location = lines.locate_field("team", number, field)
            faults.append(Fault(location, f"operator.team.{key}"))

        accounts = [(team.workspace, clinician.id) for clinician in team.clinicians]
        if rostered_accounts.intersection(accounts) or len(set(accounts)) < len(accounts):
            add_fault("clinicians", "clinician_twice")
        if set(team.supervisors) & {clinician.id for clinician in team.clinicians}:
            add_fault("supervisors", "supervises_self")
        if (team.workspace, team.channel) in channels:
            add_fault("channel", "channel_twice")
        if team.list_joined_clinician_ids() and not test_mode:
            add_fault("joined", "joined_by_declaration")
        rostered_accounts.update(accounts)
        channels.add((team.workspace, team.channel))
    return tuple(faults)


def _find_duplicate_accounts(lines: TomlLineIndex, team_file: _TeamFile) -> tuple[Fault, ...]:
    """Return a fault for each table with an account that is linked twice, or is on a list as well.

    Only the main account, the first, may be on a team's list: a linked one would be counted twice.
    """
    roster_accounts = {
        (team.workspace_key, clinician.id)
        for team in team_file.team
        for clinician in team.clinicians
    }
    linked_accounts: set[tuple[str, str]] = set()
    faults = []
    for number, same in enumerate(team_file.same or ()):
        accounts = same.split_accounts()
        is_unique = len(set(accounts)) == len(accounts) and not linked_accounts.intersection(
            accounts
        )
        if not is_unique or roster_accounts.intersection(accounts[1:]):
            faults.append(Fault(lines.locate_table("same", number), "operator.team.same_twice"))
        linked_accounts.update(accounts)
    return tuple(faults)
