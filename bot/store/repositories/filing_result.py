"""Result of filing a debrief."""

from dataclasses import dataclass
from datetime import date

from bot.domain.person.privacy_notice import FilingRefusal


@dataclass(frozen=True)
class FilingResult:
    """Result of filing: the Monday from which the debrief cannot be withdrawn any more.

    ``None`` when nothing is stored, for a reason that depends on the team or on the person alone:
    ``is_full`` for a record without a free slot, ``is_key_lost`` for a record that cannot be
    opened, ``is_withdrawn`` where a repeated request finds no debrief in the team's records, as
    it was withdrawn or the person has changed teams.
    """

    withdrawable_until: date | None = None
    is_full: bool = False
    is_key_lost: bool = False
    is_withdrawn: bool = False

    @property
    def refusal(self) -> FilingRefusal | None:
        """Why nothing is stored for a person who counts; ``None`` for another reason, or none."""
        reasons = (
            (self.is_full, FilingRefusal.FULL),
            (self.is_key_lost, FilingRefusal.KEY_LOST),
            (self.is_withdrawn, FilingRefusal.WITHDRAWN),
        )
        return next((refusal for applies, refusal in reasons if applies), None)
