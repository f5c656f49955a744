import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.admin import metrics
from bot.admin.metrics import Watch
from bot.context import Desk
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Promise, State, Tally
from tests.doubles import clock, desk, migrated, outlet, words_in_all_languages
from tests.journeys.botprocess import BotProcess

__all__ = ["clock", "desk", "migrated", "outlet", "words_in_all_languages"]

DAY = date(2026, 6, 29)
SOME = (
    Tally(DAY, "checkin", State.PLANNED, "", 2),
    Tally(DAY, "checkin", State.SENDING, "", 1),
    Tally(DAY, "checkin", State.SENT, "", 5),
    Tally(DAY, "checkin", State.WITHDRAWN, "", 4),
    Tally(DAY, "checkin", State.FAILED, "invalid_blocks", 6),
    Tally(DAY, "tip", State.GONE, "is_archived", 1),
)


def test_counts_are_told_by_day_kind_and_reason_and_leaving_is_not() -> None:
    """What is planned or under way is owed; what somebody took back by leaving is not told."""
    assert metrics.told(SOME) == [
        ("2026-06-29", "checkin", "failed", "invalid_blocks", 6),
        ("2026-06-29", "checkin", "owed", "", 3),
        ("2026-06-29", "checkin", "sent", "", 5),
        ("2026-06-29", "tip", "unreachable", "is_archived", 1),
    ]


async def owed(desk: Desk, reason: str = "is_archived") -> None:
    """Two deliveries, one of which reached nobody; and two workspaces in trouble."""
    now = desk.now()

    def keep(books: Books) -> None:
        books.deliveries.promise(
            Promise("slack:T1", kind, "U0CANARY", "", "x", now, now, "circle")
            for kind in ("checkin", "tip")
        )
        (tip,) = [o for o in books.deliveries.owed("slack:T1", now, 9) if o.kind == "tip"]
        books.deliveries.begin(tip.id, 0, now)
        books.deliveries.gone(tip.id, 1, reason)
        books.workspaces.suspend("slack:T2", "token_revoked")
        books.workspaces.rest("slack:T3", now + timedelta(seconds=30))

    await desk.store.write(keep)


async def test_a_monitor_is_told_what_there_is_and_of_nobody(desk: Desk) -> None:
    """Every series is a count; no person, workspace or channel is in any label."""
    await owed(desk)

    assert (await Watch(desk).metrics(12.4)).splitlines() == [
        "# TYPE attune_deliveries gauge",
        'attune_deliveries{kind="checkin",stands="owed",reason=""} 1',
        'attune_deliveries{kind="tip",stands="unreachable",reason="is_archived"} 1',
        "# TYPE attune_workspaces gauge",
        'attune_workspaces{stands="suspended"} 1',
        'attune_workspaces{stands="resting"} 1',
        "# TYPE attune_tick_age_seconds gauge",
        "attune_tick_age_seconds 12",
    ]
    assert "tick" not in await Watch(desk).metrics(None)


async def test_a_reason_cannot_break_the_format(desk: Desk) -> None:
    """Quotes, backslashes and new lines in a product's code are written as they have to be."""
    await owed(desk, 'a"b\\c\nd')

    assert 'reason="a\\"b\\\\c\\nd"' in await Watch(desk).metrics(None)


async def test_counting_is_cheap(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again within fifteen seconds, the same counts are told; later they are counted anew."""
    seen = Watch(desk)
    first = await seen.deliveries()
    await owed(desk)
    assert await seen.deliveries() == first

    monkeypatch.setattr(metrics, "_FRESH", 0.0)
    assert await seen.deliveries() == {
        "owed": 1,
        "sent": 0,
        "unconfirmed": 0,
        "failed": 0,
        "unreachable": 1,
        "missed": 0,
    }


def test_the_operator_counts_at_the_command_line(tmp_path: Path) -> None:
    """`deliveries` prints one line a day, kind and reason, in the operator's language."""
    bot = BotProcess(tmp_path, "http://127.0.0.1:9/api/")
    assert bot.verb("deliveries").returncode == 1
    assert bot.verb("migrate").returncode == 0
    assert bot.verb("deliveries").stderr.startswith("Nothing was owed")
    at = int(datetime(2026, 6, 29, 13, tzinfo=UTC).timestamp())
    with closing(sqlite3.connect(bot.database)) as database:
        database.execute(
            "insert into delivery (id, workspace, kind, person, slot, due, late, state, reason)"
            " values ('1', 'slack:T1', 'checkin', 'U0CANARY', 'x', ?, ?, 'missed', 'late')",
            (at, at),
        )
        database.commit()

    said = bot.verb("deliveries", LC_ALL="fr_CA.UTF-8", PYTHONUTF8="1")
    assert said.stdout == "2026-06-29  checkin    1 manqué  late\n"
