"""A person as the ledger knows them: where they count, and what their forms write."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from bot.conversation import Person
from bot.domain.people import ClinicianProfile, Team
from bot.store.period import Period


class Counting(NamedTuple):
    """What a message tells a person of where their debriefs count.

    ``moved_until`` is that of :class:`Contributor`; ``undone_since`` is the time since which a
    restored backup undid what was filed there, and ``None`` without a restore.
    """

    moved_until: date | None
    undone_since: datetime | None


@dataclass(frozen=True)
class Contributor:
    """A person as the ledger knows them, looked up once per request.

    ``account`` is the person's main account, ``profile`` the row of the account that sent the
    request, ``team`` their present team. ``counted_periods`` are those in which their debriefs
    count, of the total and of the breakdown, or none; ``counted_from`` is the day from which they
    count where they do not yet, if it can be told. ``moved_until`` is the day until which a person
    who was moved or removed from a list still counts in its unit, ``paused_until`` that until which
    they are on no list, as a table would exceed their yearly exposure. ``written_periods`` are
    those that a form of ``form_team`` writes: the present team, or one that feeds a period in
    which they count.
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
    paused_until: date | None = None

    @property
    def record_team_id(self) -> str:
        """The team whose record has the slot of the person's own account."""
        return self.profile.home_team_id or (self.form_team.id if self.form_team else "")
