"""Codecs of values that a column stores in another form, or several of them in one string."""

from collections.abc import Iterable
from datetime import UTC, datetime, time


def to_unix_seconds(moment: datetime) -> int:
    """Encode an aware instant as whole Unix seconds."""
    return int(moment.timestamp())


def from_unix_seconds(unix_seconds: int) -> datetime:
    """Decode Unix seconds to an aware instant in UTC."""
    return datetime.fromtimestamp(unix_seconds, UTC)


def encode_weekdays(weekdays: Iterable[int]) -> str:
    """Encode ISO weekdays as ``"1,3"``; none is ``""``."""
    return ",".join(map(str, weekdays))


def decode_weekdays(text: str) -> tuple[int, ...]:
    """Decode ``"1,3"`` to ISO weekdays, in the stored order."""
    return tuple(int(weekday) for weekday in text.split(",") if weekday)


def encode_clock_time(clock_time: time) -> str:
    """Encode a local time of day as ``"09:30"``."""
    return clock_time.isoformat("minutes")


def decode_clock_time(text: str) -> time:
    """Decode ``"09:30"`` to a local time of day."""
    return time.fromisoformat(text)


def team_unit_key(team_id: str) -> str:
    """Return the ``unit`` of periods and releases that count one team."""
    return f"team:{team_id}"


def parse_team_unit_key(unit: str) -> str:
    """Return the team's id of a ``unit`` that counts one team; ``""`` for a practice's pool."""
    kind, _, team_id = unit.partition(":")
    return team_id if kind == "team" else ""


def practice_unit_key(workspace: str, practice: str) -> str:
    """Return the ``unit`` of periods and releases that count a practice's pooled teams."""
    return f"practice:{workspace}/{practice}"


def parse_practice_unit_key(unit: str) -> str:
    """Return the workspace of a ``unit`` that counts a practice's pool; ``""`` for a team's."""
    kind, _, pool = unit.partition(":")
    return pool.partition("/")[0] if kind == "practice" else ""


def missed_slot_key(slot: str, reason: str) -> str:
    """Return the ``slot`` of a delivery missed for *reason*, which leaves *slot* itself free.

    The slot is part of the unique key. A missed check-in stored under its own slot would
    block a later one for the same week, as after a move to a time zone further west.
    """
    return f"{slot} {reason}"


def encode_introduction_detail(person_id: str, locale: str = "") -> str:
    """Encode the ``detail`` of an introduction: the person it names and a welcome card's locale."""
    return f"{person_id} {locale}" if locale else person_id


def decode_introduction_detail(detail: str) -> tuple[str, str]:
    """Decode the ``detail`` of an introduction to a person id and a locale; both may be ``""``."""
    person_id, _, locale = detail.partition(" ")
    return person_id, locale
