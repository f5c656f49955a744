"""Dataclass of the result of filing a debrief."""

from dataclasses import dataclass
from datetime import date

from bot.domain.person.privacy_notice import FilingRefusal


@dataclass(frozen=True)
class FilingResult:
    """Result of filing: the Monday from which the debrief cannot be withdrawn any more.

    The default ``None`` means that no record has the debrief. The flags give a reason that depends
    on the team or the person alone: ``is_full`` for a record without a free slot, ``is_key_lost``
    for a record that cannot be decrypted, ``is_withdrawn`` for a retry of a request whose debrief
    was withdrawn, or whose person has changed teams since.
    """

    withdrawable_until: date | None = None
    is_full: bool = False
    is_key_lost: bool = False
    is_withdrawn: bool = False

    @property
    def refusal(self) -> FilingRefusal | None:
        """The first flag that is set, as a refusal; ``None`` without one."""
        reasons = (
            (self.is_full, FilingRefusal.FULL),
            (self.is_key_lost, FilingRefusal.KEY_LOST),
            (self.is_withdrawn, FilingRefusal.WITHDRAWN),
        )
        return next((refusal for applies, refusal in reasons if applies), None)
