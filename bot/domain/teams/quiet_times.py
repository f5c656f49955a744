"""Teams whose set-up names a time in the quiet hours."""

from bot.domain.calendar import is_quiet_hour
from bot.domain.people import Team


def has_quiet_time(team: Team) -> bool:
    """Return whether the check-in or the tip of *team* is set to a time in the quiet hours.

    The check-in then moves to the next morning; a tip is posted as it is set. The time of a tip
    without days means nothing.
    """
    return is_quiet_hour(team.checkin_rule.local_time) or (
        bool(team.tip_days) and is_quiet_hour(team.tip_time)
    )
