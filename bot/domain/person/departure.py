"""The departure of a person: whose account stays closed for 30 days is erased."""

from collections.abc import Collection
from datetime import date, timedelta

from bot.conversation import Profile

ERASURE_DELAY = timedelta(days=30)
"""Time between the first report that an account is closed and the erasure of its person: a mistake
of an admin, or a leave, is undone by then."""


def update_closed_since(
    closed_since: date | None, profile: Profile | None, today: date
) -> date | None:
    """Return since when an account is closed after a look-up on *today* returned *profile*.

    Only the product's own statement that the account is deactivated begins the time, and only that
    of an open account ends it. ``None`` as *profile*, a failed look-up, changes nothing, nor does
    an account that the product does not find: another token or a migration hides accounts, too.
    """
    if profile is None:
        return closed_since
    if profile.is_closed:
        return closed_since or today
    return None if profile.is_active_person else closed_since


def is_erasure_due(closed_days: Collection[date | None], today: date) -> bool:
    """Return whether a person is erased whose accounts are closed since *closed_days*.

    ``None`` is an account that is not known to be closed: whoever has one is still there.
    """
    return bool(closed_days) and all(
        day is not None and today - day >= ERASURE_DELAY for day in closed_days
    )
