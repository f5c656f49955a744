import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.admin import metrics
from bot.admin.metrics import Metrics
from bot.context import Context
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryCount, DeliveryState, PlannedDelivery
from tests.doubles import clock, context, migrated, outlet, words_in_all_languages
from tests.journeys.botprocess import BotProcess

__all__ = ["clock", "context", "migrated", "outlet", "words_in_all_languages"]

DAY = date(2026, 6, 29)
SOME = (
    DeliveryCount(DAY, "checkin", DeliveryState.PLANNED, "", 2),
    DeliveryCount(DAY, "checkin", DeliveryState.SENDING, "", 1),
    DeliveryCount(DAY, "checkin", DeliveryState.SENT, "", 5),
    DeliveryCount(DAY, "checkin", DeliveryState.WITHDRAWN, "", 4),
    DeliveryCount(DAY, "checkin", DeliveryState.FAILED, "invalid_blocks", 6),
    DeliveryCount(DAY, "tip", DeliveryState.GONE, "is_archived", 1),
)


def test_counts_are_told_by_day_kind_and_reason_and_leaving_is_not() -> None:
    """What is planned or under way is owed; what somebody took back by leaving is not told."""
    assert metrics.count_by_status(SOME) == [
        ("2026-06-29", "checkin", "failed", "invalid_blocks", 6),
        ("2026-06-29", "checkin", "owed", "", 3),
        ("2026-06-29", "checkin", "sent", "", 5),
        ("2026-06-29", "tip", "unreachable", "is_archived", 1),
    ]


async def owed(context: Context, reason: str = "is_archived") -> None:
    """Two deliveries, one of which reached nobody; and two workspaces in trouble."""
    now = context.now()

    def keep(repos: Repositories) -> None:
        repos.deliveries.plan_deliveries(
            PlannedDelivery("slack:T1", kind, "U0CANARY", "", "x", now, now, "circle")
            for kind in ("checkin", "tip")
        )
        (tip,) = [
            o for o in repos.deliveries.list_due_deliveries("slack:T1", now, 9) if o.kind == "tip"
        ]
        repos.deliveries.claim_delivery(tip.id, 0, now)
        repos.deliveries.mark_gone(tip.id, 1, reason)
        repos.workspaces.suspend("slack:T2", "token_revoked")
        repos.workspaces.set_rest("slack:T3", now + timedelta(seconds=30))

    await context.store.write(keep)


async def test_a_monitor_is_told_what_there_is_and_of_nobody(context: Context) -> None:
    """Every series is a count; no person, workspace or channel is in any label."""
    await owed(context)

    assert (await Metrics(context).render_prometheus(12.4)).splitlines() == [
        "# TYPE attune_deliveries gauge",
        'attune_deliveries{kind="checkin",stands="owed",reason=""} 1',
        'attune_deliveries{kind="tip",stands="unreachable",reason="is_archived"} 1',
        "# TYPE attune_workspaces gauge",
        'attune_workspaces{stands="suspended"} 1',
        'attune_workspaces{stands="resting"} 1',
        "# TYPE attune_tick_age_seconds gauge",
        "attune_tick_age_seconds 12",
    ]
    assert "tick" not in await Metrics(context).render_prometheus(None)


async def test_a_reason_cannot_break_the_format(context: Context) -> None:
    """Quotes, backslashes and new lines in a product's code are written as they have to be."""
    await owed(context, 'a"b\\c\nd')

    assert 'reason="a\\"b\\\\c\\nd"' in await Metrics(context).render_prometheus(None)


async def test_counting_is_cheap(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again within fifteen seconds, the same counts are told; later they are counted anew."""
    seen = Metrics(context)
    first = await seen.delivery_counts()
    await owed(context)
    assert await seen.delivery_counts() == first

    monkeypatch.setattr(metrics, "_CACHE_SECONDS", 0.0)
    assert await seen.delivery_counts() == {
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
    assert bot.run_command("deliveries").returncode == 1
    assert bot.run_command("migrate").returncode == 0
    assert bot.run_command("deliveries").stderr.startswith("Nothing was owed")
    at = int(datetime(2026, 6, 29, 13, tzinfo=UTC).timestamp())
    with closing(sqlite3.connect(bot.database_file)) as database:
        database.execute(
            "insert into delivery (id, workspace, kind, person, slot, due, late, state, reason)"
            " values ('1', 'slack:T1', 'checkin', 'U0CANARY', 'x', ?, ?, 'missed', 'late')",
            (at, at),
        )
        database.commit()

    said = bot.run_command("deliveries", LC_ALL="fr_CA.UTF-8", PYTHONUTF8="1")
    assert said.stdout == "2026-06-29  checkin    1 manqué  late\n"
