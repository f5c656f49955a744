"""What a person who set a team up may do afterwards, supervisor or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SETTER_WINDOW = timedelta(days=1)
"""Time after a set-up within which the person who made it may post its card again."""


@dataclass(frozen=True)
class SetupRecord:
    """Who set a team up, and when: a product id, ``""`` for the operator, and an aware instant."""

    setter_id: str
    set_up_at: datetime


def is_recent_setter(person_id: str, record: SetupRecord | None, now: datetime) -> bool:
    """Return whether *person_id* made the set-up of *record* less than a day ago.

    Otherwise an admin who names the supervisor of a new team could not post the card again after
    letting the bot into the channel: from then on the team is its supervisors' to edit.
    """
    if record is None or not person_id or record.setter_id != person_id:
        return False
    return timedelta(0) <= now - record.set_up_at < SETTER_WINDOW
