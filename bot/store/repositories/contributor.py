"""Dataclasses of a person in the ledger: the periods they count in, and those a form rewrites."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from bot.conversation import Person
from bot.domain.people import ClinicianProfile, Team
from bot.store.period import Period


class CountingNotice(NamedTuple):
    """Facts for a message to a person about where their debriefs count.

    ``moved_until`` is that of :class:`Contributor`; ``undone_since`` is the time from which a
    restore of the database has undone debriefs, by default ``None``.
    """

    moved_until: date | None
    undone_since: datetime | None


@dataclass(frozen=True)
class Contributor:
    """A person in the ledger, looked up once per request.

    ``account`` is the person's main account, whose token the records contain; ``profile`` is the
    row of the account that sent the request, ``team`` their present team. ``counted_periods`` are
    those in which their debriefs count, one of the total and one of the breakdown, or none;
    ``counted_from`` is the day from which they will count, if it can be computed. ``moved_until``
    is the closing day until which a person who was moved or removed from a roster still counts in
    its unit, ``exposure_pause_until`` the day until which the yearly exposure limit excludes them
    from every frozen list. ``written_periods`` are those whose records a form of ``form_team``
    rewrites: the present team, or one that feeds a period in which they count.
    """

    account: Person
    profile: ClinicianProfile
    team: Team | None = None
    supervisors: tuple[Person, ...] = ()
    form_team: Team | None = None
    written_periods: tuple[Period, ...] = ()
    counted_periods: tuple[Period, ...] = ()
    counted_from: date | None = None
    moved_until: date | None = None
    exposure_pause_until: date | None = None

    @property
    def record_team_id(self) -> str:
        """The key of the team record with the slot of the account; ``""`` for none."""
        return self.profile.home_team_id or (self.form_team.id if self.form_team else "")
