"""Published tables with chosen content, and strategies for archives of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import release_rule
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.release_rule import (
    BREAKDOWN,
    MONTH_WEEKS,
    QUARTER_WEEKS,
    TOTAL,
    Band,
    ReleasedTable,
    Share,
)
from tests.domain.teams.test_setup_form import TEAM

FIRST_DAY = date(2026, 1, 5)
"""A Monday on which the first period opens."""

Tables = tuple[PublishedTable, ...]
SPANS = (QUARTER_WEEKS, MONTH_WEEKS)
CAPS = {
    (TOTAL, QUARTER_WEEKS): 2,
    (TOTAL, MONTH_WEEKS): 1,
    (BREAKDOWN, QUARTER_WEEKS): 3,
    (BREAKDOWN, MONTH_WEEKS): 5,
}
"""The published cap by ledger and length."""

LEADERS = [
    ("form", ""),
    *((question, code) for question in ANSWER_CODES for code in ANSWER_CODES[question]),
]
"""Each question with each leader, and one without a leader."""


def build_total(band: Band) -> ReleasedTable:
    """Return a total with *band*, as it is read from storage."""
    return release_rule.parse_table(TOTAL, json.dumps({"band": band.value}))


def build_breakdown(
    question: str, leader: str, shares: Mapping[str, Share] | None = None
) -> ReleasedTable:
    """Return a breakdown; without *shares* the leader has three quarters, another the rest."""
    codes = ANSWER_CODES[question]
    values = dict.fromkeys(codes, Share.ALMOST_NONE)
    values[next(code for code in codes if code != leader)] = Share.A_QUARTER
    if leader:
        values[leader] = Share.THREE_QUARTERS
    body = {
        "leader": leader,
        "question": question,
        "shares": {code: share.value for code, share in (shares or values).items()},
    }
    return release_rule.parse_table(BREAKDOWN, json.dumps(body))


def publish(
    table: ReleasedTable, number: int, weeks: int = QUARTER_WEEKS, *, is_pooled: bool = False
) -> PublishedTable:
    """Return *table* as published for the period *number* of *weeks*, from 0."""
    opens = FIRST_DAY + timedelta(weeks=weeks * number)
    ledger = PublishedTable(opens, opens, 0, is_pooled, table).ledger
    cap = CAPS.get((ledger, weeks), 4)
    return PublishedTable(opens, opens + timedelta(weeks=weeks), cap, is_pooled, table)


def publish_leaders(
    leaders: Sequence[tuple[str, str]], weeks: int = QUARTER_WEEKS
) -> tuple[PublishedTable, ...]:
    """Return a total and a breakdown for each period, newest first; *leaders* are oldest first.

    Each of *leaders* is a question and its leader, ``""`` for none.
    """
    tables: list[PublishedTable] = []
    for number, (question, leader) in enumerate(leaders):
        tables.insert(0, publish(build_breakdown(question, leader), number, weeks))
        tables.insert(0, publish(build_total(Band.TWENTY), number, weeks))
    return tuple(tables)


_QUESTIONS = st.sampled_from(sorted(ANSWER_CODES))
_SHARES = st.sampled_from(Share)
_LEADERS = {
    question: st.sampled_from(("", *ANSWER_CODES[question])) for question in sorted(ANSWER_CODES)
}
_TOTALS = st.builds(build_total, st.sampled_from(Band))
_WEEKS = st.sampled_from(SPANS)
_IS_POOLED = st.booleans()
_PERIOD_COUNTS = st.integers(1, 6)
_TENTHS = st.integers(0, 9)
"""Strategies that are built once: to build one takes longer than to draw from it."""


@st.composite
def draw_breakdown(draw: st.DrawFn) -> ReleasedTable:
    """Draw any breakdown that the release rule can publish, and some that it cannot."""
    question = draw(_QUESTIONS)
    shares = {code: draw(_SHARES) for code in ANSWER_CODES[question]}
    return build_breakdown(question, draw(_LEADERS[question]), shares)


_TABLES = {TOTAL: _TOTALS, BREAKDOWN: draw_breakdown()}


@st.composite
def draw_archive(draw: st.DrawFn) -> ReportArchive:
    """Draw an archive of up to six periods with any tables, lost ones too, of either scope."""
    tables: list[PublishedTable] = []
    weeks_by_ledger = {ledger: draw(_WEEKS) for ledger in (TOTAL, BREAKDOWN)}
    is_pooled_by_ledger = {ledger: draw(_IS_POOLED) for ledger in (TOTAL, BREAKDOWN)}
    for number in range(draw(_PERIOD_COUNTS)):
        for ledger in (TOTAL, BREAKDOWN):
            table = draw(_TABLES[ledger])
            if draw(_TENTHS) == 0:
                table = release_rule.release_lost_table(ledger)
            tables.append(
                publish(
                    table, number, weeks_by_ledger[ledger], is_pooled=is_pooled_by_ledger[ledger]
                )
            )
    newest_first = sorted(tables, key=lambda item: (item.closes, item.ledger), reverse=True)
    return ReportArchive(TEAM, tuple(newest_first), None)
