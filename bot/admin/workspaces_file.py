"""Parse and validate the workspaces file (TOML), with a line number for every fault.

One ``[[workspace]]`` table configures a clinic's own cards, safety texts and retention periods,
which override the deployment's defaults. A period is at most the deployment's.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
from bot.admin.operator_file_text import read_operator_file
from bot.admin.toml_line_index import TomlLineIndex, locate_syntax_error
from bot.errors import Fault, FaultyInputError
from bot.retention_periods import MIN_AUDIT_MONTHS, MIN_TABLE_MONTHS, RetentionPeriods
from bot.safety_settings import LANGUAGES, normalize_safety_text


def _expand_id(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _parse_id(value: object) -> object:
    return lowercase_microsoft_id(value) if isinstance(value, str) else value


WorkspaceId = Annotated[
    str, BeforeValidator(_parse_id), Field(pattern=r"^(T[A-Z0-9]{2,20}|[0-9a-f-]{36})$")
]
"""Id of a Slack workspace or a Microsoft tenant. That of an organisation, which no request has, is
invalid: its workspaces are listed one by one."""

SafetyText = Annotated[str, AfterValidator(normalize_safety_text)]


class _Section(BaseModel):
    """Base model of the file's tables: an unknown key, often a typo, is a validation error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _SafetyTexts(_Section):
    """The safety texts of a workspace, with primary language subtags as keys; at least one."""

    en: SafetyText | None = None
    fr: SafetyText | None = None
    zh: SafetyText | None = None

    @model_validator(mode="after")
    def _check_any(self) -> "_SafetyTexts":
        if not self.by_language:
            raise ValueError
        return self

    @property
    def by_language(self) -> dict[str, str]:
        """A dict of the texts that are set, the default one first."""
        texts = {language: getattr(self, language) for language in LANGUAGES}
        return {language: text for language, text in texts.items() if text}


class _DeclaredWorkspace(_Section):
    """One ``[[workspace]]`` table; ``id`` is parsed from a string or a list of several ids."""

    id: Annotated[tuple[WorkspaceId, ...], BeforeValidator(_expand_id), Field(min_length=1)]
    cards: Annotated[str, Field(pattern=r"\S")] | None = None
    safety: _SafetyTexts | None = None
    tables_retention_months: Annotated[int, Field(ge=MIN_TABLE_MONTHS, strict=True)] | None = None
    audit_retention_months: Annotated[int, Field(ge=MIN_AUDIT_MONTHS, strict=True)] | None = None

    @field_validator("tables_retention_months", "audit_retention_months")
    @classmethod
    def _check_maximum(cls, value: int | None, info: ValidationInfo) -> int | None:
        """Raise :class:`ValueError` for more months than the deployment's.

        The bounds are in the validation context, a dict by field name.
        """
        bounds: dict[str, dict[str, int]] = info.context or {}
        if value is not None and value > bounds[str(info.field_name)]["longest"]:
            raise ValueError
        return value


class _WorkspacesFile(_Section):
    workspace: tuple[_DeclaredWorkspace, ...] = ()


@dataclass(frozen=True)
class WorkspaceEntry:
    """Configuration of the workspaces with these keys; ``None`` falls back to the deployment's.

    ``location`` is the file and line of the key ``cards``, for faults of that folder.
    ``safety_texts`` is a dict by language; its first text is the default of other languages.
    """

    workspaces: tuple[str, ...]
    cards_folder: Path | None
    safety_texts: Mapping[str, str] | None
    retention: RetentionPeriods
    location: str


def read_workspaces(path: Path, max_retention: RetentionPeriods) -> tuple[WorkspaceEntry, ...]:
    """Parse and validate the ``[[workspace]]`` tables of the file at *path*.

    *max_retention* are the deployment's periods: the default of each entry, and its maximum.
    Raises :class:`bot.errors.FaultyInputError` with every fault, each with its line and a remedy.
    """
    text = read_operator_file(path)
    lines = TomlLineIndex(path, text)
    try:
        document, bounds = tomllib.loads(text), _list_bounds(max_retention)
        declared = _WorkspacesFile.model_validate(document, context=bounds).workspace
    except ValidationError as error:
        raise FaultyInputError(_list_validation_faults(lines, error, max_retention)) from None
    except (ValueError, RecursionError) as error:  # tomllib: also long integers, deep nesting
        fault = Fault(locate_syntax_error(path, error), "operator.team.not_toml")
        raise FaultyInputError((fault,)) from None
    faults = _find_repeated_ids(lines, declared)
    if faults:
        raise FaultyInputError(faults)
    return tuple(
        _build_entry(entry, path, lines.locate_field("workspace", number, "cards"), max_retention)
        for number, entry in enumerate(declared)
    )


def _list_validation_faults(
    lines: TomlLineIndex, validation_error: ValidationError, max_retention: RetentionPeriods
) -> tuple[Fault, ...]:
    """Convert Pydantic's validation errors to faults, one per table and key."""
    faults: dict[tuple[str, str], Fault] = {}
    for error in validation_error.errors(include_input=False, include_url=False):
        faults.update(_convert_error(lines, error["loc"], error["type"], max_retention))
    return tuple(faults.values())


def _convert_error(
    lines: TomlLineIndex,
    path: tuple[int | str, ...],
    error_type: str,
    max_retention: RetentionPeriods,
) -> dict[tuple[str, str], Fault]:
    """Convert the error at *path*: a tuple of the table's name, its index, and keys.

    Returns a dict of one fault by location and key, so that a further error there replaces it.
    """
    number = next((part for part in path if isinstance(part, int)), 0)
    names = [str(part) for part in path if isinstance(part, str)]
    field = names[1] if len(names) > 1 else ""
    is_of_entry = names[0] == "workspace"
    location = (
        lines.locate_field("workspace", number, field)
        if is_of_entry
        else lines.locate_name(names[0])
    )
    if error_type == "extra_forbidden":
        unknown = ".".join(names[1:] if is_of_entry else names)
        key = "operator.cards.unknown_key"
        return {(location, unknown): Fault(location, key, {"field": unknown})}
    name = field if field in _DeclaredWorkspace.model_fields else "workspace"
    facts = _list_bounds(max_retention).get(name, {})
    return {(location, name): Fault(location, f"operator.workspaces.{name}", facts)}


def _list_bounds(max_retention: RetentionPeriods) -> dict[str, dict[str, str | int]]:
    """Return a dict of the minimum and maximum months by field name, also facts of its faults."""
    return {
        "tables_retention_months": {
            "lowest": MIN_TABLE_MONTHS,
            "longest": max_retention.table_months,
        },
        "audit_retention_months": {
            "lowest": MIN_AUDIT_MONTHS,
            "longest": max_retention.audit_months,
        },
    }


def _find_repeated_ids(
    lines: TomlLineIndex, declared: tuple[_DeclaredWorkspace, ...]
) -> tuple[Fault, ...]:
    """Return a fault for each table with an id of an earlier table, or twice the same id."""
    faults: list[Fault] = []
    known_ids: set[str] = set()
    for number, entry in enumerate(declared):
        if known_ids.intersection(entry.id) or len(set(entry.id)) < len(entry.id):
            location = lines.locate_field("workspace", number, "id")
            faults.append(Fault(location, "operator.workspaces.id_twice"))
        known_ids.update(entry.id)
    return tuple(faults)


def _build_entry(
    declared: _DeclaredWorkspace, path: Path, location: str, max_retention: RetentionPeriods
) -> WorkspaceEntry:
    table_months = declared.tables_retention_months or max_retention.table_months
    audit_months = declared.audit_retention_months or max_retention.audit_months
    return WorkspaceEntry(
        workspaces=tuple(map(build_workspace_key, declared.id)),
        cards_folder=path.parent / declared.cards if declared.cards else None,
        safety_texts=declared.safety.by_language if declared.safety else None,
        retention=RetentionPeriods(table_months, audit_months),
        location=location,
    )
