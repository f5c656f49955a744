"""Registry of each periodic job (duty), and of the composers of planned deliveries."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.context import Context
from bot.domain.delivery_kind import DeliveryKind
from schedules import (
    archive_releases,
    checkin_messages,
    close_notice,
    close_periods,
    daily_tip,
    detect_rollback,
    erase_departed,
    introduction,
    purge_workspaces,
    refresh_profiles,
    reseal_records,
    retention,
    settle_restored,
    share,
    supervisor_assignment,
    weekly_checkin,
)
from schedules.delivery.composition import Composer


@dataclass(frozen=True)
class Duty:
    """A duty: a periodic job of the timetable, run at each tick of the scheduler, once a minute.

    Of several workers the holder of the duty lease runs them, see :mod:`bot.duty_runner`. Each run
    queries the database for what is due: a missed or repeated run loses and doubles nothing.

    The fields are coroutine functions whose only required argument is the context. ``run`` is
    idempotent, also in several workers at once; it returns how many rows or people it processed,
    and an exception marks the run as failed. ``next_due`` returns the next instant at which ``run``
    would change something for a person, or ``None``; only a simulated clock calls it.
    ``run_fallback`` replaces ``run`` while a conflicting duty is running; with ``None``, the
    default, the duty is skipped then.
    """

    run: Callable[[Context], Awaitable[int]]
    next_due: Callable[[Context], Awaitable[datetime | None]]
    run_fallback: Callable[[Context], Awaitable[int]] | None = None


TIMETABLE: Mapping[str, Duty] = {
    "settle_restored": Duty(settle_restored.run, settle_restored.next_due),
    "purge_workspaces": Duty(purge_workspaces.run, purge_workspaces.next_due),
    "close_periods": Duty(close_periods.run, close_periods.next_due),
    "mark_database": Duty(
        detect_rollback.run, detect_rollback.next_due, detect_rollback.advance_unless_rolled_back
    ),
    "reseal_records": Duty(reseal_records.run, reseal_records.next_due),
    "archive_releases": Duty(archive_releases.run, archive_releases.next_due),
    "daily_tip": Duty(daily_tip.run, daily_tip.next_due),
    "weekly_checkin": Duty(weekly_checkin.run, weekly_checkin.next_due),
    "close_notice": Duty(close_notice.run, close_notice.next_due),
    "refresh_profiles": Duty(refresh_profiles.run, refresh_profiles.next_due),
    "erase_departed": Duty(erase_departed.run, erase_departed.next_due),
    "retention": Duty(retention.run, retention.next_due),
}
"""The duties by name; a tick runs them in the order of this dict.

The names are stored in the table of duty runs, so they do not change with a module's name.

``settle_restored`` comes first: no delivery is planned or sent before it has succeeded, and a purge
takes minutes. ``purge_workspaces`` comes next, and completes a purge that a crash interrupted: the
duties after it would read records whose encryption keys are destroyed. ``close_periods`` opens the
current period before ``mark_database`` marks a restore in the rows of open periods: a backup from
before the last close has no row of that period, and its people have to read what is undone, too.
"""

COMPOSERS: Mapping[str, Composer] = {
    DeliveryKind.TIP: daily_tip.compose_tip,
    DeliveryKind.CHECKIN: checkin_messages.compose_checkin,
    DeliveryKind.LAST_NOTE: checkin_messages.compose_last_note,
    DeliveryKind.INTRODUCTION: introduction.compose_introduction,
    DeliveryKind.SHARE: share.compose_share,
    DeliveryKind.CLOSE_NOTICE: close_notice.compose_close_notice,
    DeliveryKind.SUPERVISOR_ASSIGNMENT: supervisor_assignment.compose_assignment,
}
"""The composer of each delivery kind; the key is the ``kind`` column of the delivery's row."""
