"""Iterator over the messages of joining the weekly check-in, in one language."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

from bot.content.catalogue import LanguagePack
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins import joining
from bot.domain.people import Clinician
from bot.domain.person.personal_data import PersonalData
from bot.elements import Message
from tests.sample_team import TEAM

SLOT = datetime(2026, 9, 30, 9, tzinfo=UTC)


def iter_messages(words: LanguagePack, clinician: Clinician) -> Iterator[Message]:
    """Yield the invitation, and every result of joining."""
    joined = PersonalData(clinician, TEAM, next_checkin_at=SLOT, counted_from=date(2026, 9, 28))
    own_rule = replace(clinician, rule=WeeklyRule(3, time(9, 5)))
    yield joining.render_invitation(joined, TEAM, words)
    for person_data in (
        joined,
        replace(joined, is_checkin_due=True),
        replace(joined, clinician=own_rule),
    ):
        yield from (
            joining.render_join_result(outcome, person_data, words)
            for outcome in ("joined", "already", "elsewhere", "supervises")
        )
