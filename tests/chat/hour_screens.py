"""The messages and forms of the supervisor's hour, and of asking for ten minutes of it."""

from collections.abc import Iterator
from datetime import date
from itertools import product

from bot.content.catalogue import LanguagePack
from bot.domain import drills
from bot.domain.counts import hour_plan, reports, sharing
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.counts.sharing import ShareStatus
from bot.domain.person import ten_minutes
from bot.domain.person.ten_minutes import AskStatus, MinutesRequest
from bot.elements import Form, Message
from tests.sample_team import TEAM

DAY = date(2026, 9, 30)
"""A Wednesday, in a month with a long name."""


def iter_messages(words: LanguagePack) -> Iterator[Message]:
    """Yield every message: plans, what is shared of them, and requests for ten minutes."""
    yield from _hour_messages(words)
    yield from _minutes_messages(words)
    yield from _drill_messages(words)


def iter_forms(words: LanguagePack) -> Iterator[Form]:
    """Yield every form: previews, statuses, and the choice of what ten minutes are for."""
    yield from _share_forms(words)
    yield from _minutes_forms(words)


def _hour_messages(words: LanguagePack) -> Iterator[Message]:
    """Yield the plan of each length in each month, and what can be shared of it."""
    archive = ReportArchive(TEAM, (), None, (TEAM,), may_share=True)
    yield reports.render_report(archive, None, words)
    for month, form in product(range(1, 13), hour_plan.FORMS_BY_CODE.values()):
        yield hour_plan.render_plan(archive, form, DAY.replace(month=month, day=1), words)
    for content in ("question", *hour_plan.FORMS_BY_CODE):
        share = sharing.build_post(archive, content, DAY)
        yield sharing.render_post(archive, share, "U1", words)


def _minutes_messages(words: LanguagePack) -> Iterator[Message]:
    """Yield the message of a request for ten minutes, for each purpose."""
    for purpose in ten_minutes.PURPOSES:
        yield ten_minutes.render_message(MinutesRequest(purpose, "U1"), "U2", words)


def _drill_messages(words: LanguagePack) -> Iterator[Message]:
    """Yield the lines to practise with, at each level and with each change, and their list."""
    yield drills.render_list(words)
    repetitions = (0, *drills.ADJUSTMENTS)
    for drill, level, number in product(words.drills, drills.LEVELS, repetitions):
        yield drills.render_round(drills.DrillRound(drill.id, level, number), words)


def _share_forms(words: LanguagePack) -> Iterator[Form]:
    archive = ReportArchive(TEAM, (), None, may_share=True)
    share = sharing.build_post(archive, "50", DAY)
    message = sharing.render_post(archive, share, "U1", words)
    for is_doubtful in (False, True):
        yield sharing.build_preview_form(message, TEAM, share, words, is_doubtful=is_doubtful)
    yield sharing.build_closed_form(TEAM, words)
    for status in ShareStatus:
        yield sharing.build_status_form(TEAM, "slot", status, words)


def _minutes_forms(words: LanguagePack) -> Iterator[Form]:
    request = MinutesRequest("think", "U1", "nonce")
    message = ten_minutes.render_message(request, "U2", words)
    for supervisor_ids in ((), ("U1",), tuple(f"U{number}" for number in range(10))):
        yield ten_minutes.build_choice_form(words, supervisor_ids)
    for failure in (None, AskStatus.BUSY, AskStatus.REFUSED):
        yield ten_minutes.build_preview_form(request, message, words, failure)
    for status in AskStatus:
        yield ten_minutes.build_status_form(request, status, words)
