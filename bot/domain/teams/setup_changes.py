"""Compare two set-ups of a team: which fields change, and who is added or removed."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.domain.people import Team
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.domain.teams.setup_submission import SetupSubmission

_READ_FIELD: Mapping[str, Callable[[SetupSubmission], object]] = MappingProxyType(
    {
        "channel": lambda setup: setup.channel,
        "name": lambda setup: setup.name,
        "clinicians": lambda setup: frozenset(setup.clinicians),
        "supervisors": lambda setup: frozenset(setup.supervisors),
        "day": lambda setup: setup.checkin_rule.weekday,
        "time": lambda setup: setup.checkin_rule.local_time,
        "tip_days": lambda setup: frozenset(setup.tip_days),
        "tip_time": lambda setup: setup.tip_time,
        "language": lambda setup: setup.language,
        "zone": lambda setup: setup.zone,
        "holidays": lambda setup: setup.holiday_region,
        "practice": lambda setup: setup.practice,
        "question": lambda setup: setup.question,
        "open": lambda setup: setup.open_to_team,
    }
)
"""The value of each field, by its id in the set-up form, in the order of the form."""

PEOPLE_FIELDS = frozenset({"clinicians", "supervisors"})
"""The fields that are lists of people."""

_ENCODED_CHANGE_PATTERN = re.compile(r"([a-z_]+)(?:\+(\d+)-(\d+))?")


@dataclass(frozen=True)
class SetupChange:
    """A field that changes; for a list the product ids of the people added and removed."""

    field_id: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordedChange:
    """A changed field as the audit trail has it: of a list only how many people changed."""

    field_id: str
    added_count: int = 0
    removed_count: int = 0


def describe_setup(
    team: Team, clinicians: Iterable[str], supervisors: Iterable[str]
) -> SetupSubmission:
    """Return a stored set-up as the submission that would store it; people are product ids."""
    return SetupSubmission(
        channel=team.channel,
        name=team.name,
        clinicians=tuple(sorted(clinicians)),
        supervisors=tuple(sorted(supervisors)),
        checkin_rule=team.checkin_rule,
        tip_days=team.tip_days,
        tip_time=team.tip_time,
        language=team.language,
        zone=team.zone,
        practice=team.practice,
        question=team.question,
        open_to_team=team.open_to_team,
        holiday_region=team.holiday_region,
    )


def compare_setups(before: SetupSubmission, after: SetupSubmission) -> tuple[SetupChange, ...]:
    """Return the fields in which *after* differs from *before*, in the order of the form."""
    changes = []
    for field_id, read_field in _READ_FIELD.items():
        if read_field(before) == read_field(after):
            continue
        added, removed = _compare_people(before, after, field_id)
        changes.append(SetupChange(field_id, added, removed))
    return tuple(changes)


def encode_changes(changes: Iterable[SetupChange]) -> str:
    """Encode changes as the detail of an audit entry: ids of fields, and of lists the counts.

    Supervisors have entries of their own, so that they are left out.
    """
    return ",".join(
        f"{change.field_id}+{len(change.added)}-{len(change.removed)}"
        if change.field_id in PEOPLE_FIELDS
        else change.field_id
        for change in changes
        if change.field_id != "supervisors"
    )


def parse_changes(detail: str) -> tuple[RecordedChange, ...]:
    """Parse the detail of an audit entry, see :func:`encode_changes`."""
    matches = map(_ENCODED_CHANGE_PATTERN.fullmatch, detail.split(","))
    return tuple(
        RecordedChange(match[1], int(match[2] or 0), int(match[3] or 0))
        for match in matches
        if match and match[1] in _READ_FIELD
    )


def build_change_entries(
    team: Team,
    before: SetupSubmission | None,
    after: SetupSubmission,
    actor_id: str,
    now: datetime,
) -> tuple[AuditEntry, ...]:
    """Return the audit entries of a set-up of *team* by *actor_id*; none without a change.

    Without a *before* the team is new. Each supervisor added or removed has an entry; where the
    actor gives the role to others and has it no more, an entry for each of these says so.
    """
    if before is None:
        created = AuditEntry(team.workspace, team.id, team.name, now, actor_id, AuditAction.CREATED)
        return (created, *build_role_entries(team, (), after.supervisors, actor_id, now))
    detail = encode_changes(compare_setups(before, after))
    changed = AuditEntry(
        team.workspace, team.id, team.name, now, actor_id, AuditAction.CHANGED, detail=detail
    )
    role_entries = _build_supervisor_entries(
        team, before.supervisors, after.supervisors, actor_id, now
    )
    return (*([changed] if detail else []), *role_entries)


def _build_supervisor_entries(
    team: Team, before: Iterable[str], after: Iterable[str], actor_id: str, now: datetime
) -> tuple[AuditEntry, ...]:
    ids_before, ids_after = set(before), set(after)
    if actor_id not in ids_before - ids_after or not ids_after - ids_before:
        return build_role_entries(team, ids_before, ids_after, actor_id, now)
    actions = (AuditAction.HANDED_OVER, AuditAction.SUPERVISOR_REMOVED)
    return build_role_entries(team, ids_before - {actor_id}, ids_after, actor_id, now, actions)


def build_role_entries(
    team: Team,
    before: Iterable[str],
    after: Iterable[str],
    actor_id: str,
    now: datetime,
    actions: tuple[AuditAction, AuditAction] = (
        AuditAction.SUPERVISOR_ADDED,
        AuditAction.SUPERVISOR_REMOVED,
    ),
) -> tuple[AuditEntry, ...]:
    """Return an entry for each person who gets or loses a role; *actions* record the two."""
    ids_before, ids_after = set(before), set(after)
    changes = [(person_id, actions[0]) for person_id in sorted(ids_after - ids_before)]
    changes += [(person_id, actions[1]) for person_id in sorted(ids_before - ids_after)]
    return tuple(
        AuditEntry(team.workspace, team.id, team.name, now, actor_id, action, subject_id=person_id)
        for person_id, action in changes
    )


def _compare_people(
    before: SetupSubmission, after: SetupSubmission, field_id: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who is added and who is removed, by id; nobody for a field that is no list."""
    if field_id not in PEOPLE_FIELDS:
        return (), ()
    ids_before, ids_after = set(getattr(before, field_id)), set(getattr(after, field_id))
    return tuple(sorted(ids_after - ids_before)), tuple(sorted(ids_before - ids_after))
