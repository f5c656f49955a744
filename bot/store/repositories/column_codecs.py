"""Encode and decode column values: instants as integers, lists and composite keys as strings."""

from collections.abc import Iterable
from datetime import UTC, datetime, time


def to_unix_seconds(moment: datetime) -> int:
    """Encode an aware datetime as an integer in Unix seconds; fractions are truncated."""
    return int(moment.timestamp())


def from_unix_seconds(unix_seconds: int) -> datetime:
    """Decode an integer in Unix seconds to an aware datetime in UTC."""
    return datetime.fromtimestamp(unix_seconds, UTC)


def encode_weekdays(weekdays: Iterable[int]) -> str:
    """Encode ISO weekdays as the string ``"1,3"``; an empty iterable is ``""``."""
    return ",".join(map(str, weekdays))


def decode_weekdays(text: str) -> tuple[int, ...]:
    """Decode the string ``"1,3"`` to ISO weekdays, in the stored order."""
    return tuple(int(weekday) for weekday in text.split(",") if weekday)


def encode_clock_time(clock_time: time) -> str:
    """Encode a local time of day as the string ``"09:30"``."""
    return clock_time.isoformat("minutes")


def decode_clock_time(text: str) -> time:
    """Decode the string ``"09:30"`` to a local time of day."""
    return time.fromisoformat(text)


def team_unit_key(team_id: str) -> str:
    """Return the key in the column ``unit`` of periods and releases of one team."""
    return f"team:{team_id}"


def parse_team_unit_key(unit: str) -> str:
    """Return the team id in a ``unit`` key; ``""`` for that of a practice's pool."""
    kind, _, team_id = unit.partition(":")
    return team_id if kind == "team" else ""


def practice_unit_key(workspace: str, practice: str) -> str:
    """Return the key in the column ``unit`` of periods and releases of a practice's pool."""
    return f"practice:{workspace}/{practice}"


def parse_practice_unit_key(unit: str) -> str:
    """Return the workspace in the ``unit`` key of a practice's pool; ``""`` for a team's."""
    kind, _, pool = unit.partition(":")
    return pool.partition("/")[0] if kind == "practice" else ""


def missed_slot_key(slot: str, reason: str) -> str:
    """Return the ``slot`` of a delivery missed for *reason*: the slot, a space and the reason.

    The slot is a column of the unique constraint. A missed check-in with the unchanged slot would
    make the insert of a later one for the same week a conflict, as after a move to a time zone
    further west.
    """
    return f"{slot} {reason}"


def encode_introduction_detail(person_id: str, locale: str = "") -> str:
    """Encode the column ``detail`` of an introduction: a person id and a welcome card's locale."""
    return f"{person_id} {locale}" if locale else person_id


def decode_introduction_detail(detail: str) -> tuple[str, str]:
    """Decode the column ``detail`` of an introduction to a person id and a locale, or ``""``."""
    person_id, _, locale = detail.partition(" ")
    return person_id, locale
