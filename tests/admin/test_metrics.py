"""Delivery counts for monitoring, without personal data."""

import re
import shutil
import sqlite3
import tomllib
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.admin import delivery_status, metrics
from bot.admin.deployment_figures import ProcessFigures, load_figures
from bot.admin.health_monitor import HealthMonitor
from bot.context import Context
from bot.domain.health import HealthFault
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryCount, DeliveryState, PlannedDelivery
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.journeys.botprocess import BotProcess
from tests.key_folders import list_period_keys
from tests.sample_team import set_up_team
from tests.sources import ROOT

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

DAY = date(2026, 6, 29)
COUNTS = (
    DeliveryCount(DAY, "checkin", DeliveryState.PLANNED, "", 2),
    DeliveryCount(DAY, "checkin", DeliveryState.SENDING, "", 1),
    DeliveryCount(DAY, "checkin", DeliveryState.SENT, "", 5),
    DeliveryCount(DAY, "checkin", DeliveryState.WITHDRAWN, "", 4),
    DeliveryCount(DAY, "checkin", DeliveryState.FAILED, "invalid_blocks", 6),
    DeliveryCount(DAY, "tip", DeliveryState.UNREACHABLE, "is_archived", 1),
)


def test_counts_are_grouped_and_withdrawn_deliveries_omitted() -> None:
    """Planned and sending deliveries count as owed; withdrawn ones are in no row."""
    assert delivery_status.summarize_delivery_counts(COUNTS) == [
        ("2026-06-29", "checkin", "failed", "invalid_blocks", 6),
        ("2026-06-29", "checkin", "owed", "", 3),
        ("2026-06-29", "checkin", "sent", "", 5),
        ("2026-06-29", "tip", "unreachable", "is_archived", 1),
    ]


def test_rejected_delivery_that_is_queued_again_has_its_code() -> None:
    """The code of an earlier attempt is counted while the message is owed, not once it is sent."""
    counts = (
        DeliveryCount(DAY, "intro", DeliveryState.PLANNED, "invalid_blocks", 1),
        DeliveryCount(DAY, "checkin", DeliveryState.SENT, "channel_not_found", 1),
    )

    assert delivery_status.summarize_delivery_counts(counts) == [
        ("2026-06-29", "checkin", "sent", "", 1),
        ("2026-06-29", "intro", "owed", "invalid_blocks", 1),
    ]


async def plan_deliveries(context: Context, reason: str = "is_archived") -> None:
    """Insert one planned and one unreachable delivery, a suspended and a resting workspace."""
    now = context.now()

    def write_rows(repos: Repositories) -> None:
        repos.deliveries.plan_deliveries(
            PlannedDelivery("slack:T1", kind, "U0CANARY", "", "x", now, now, "circle")
            for kind in ("checkin", "tip")
        )
        (tip,) = [
            delivery
            for delivery in repos.deliveries.list_due_deliveries("slack:T1", now, 9)
            if delivery.kind == "tip"
        ]
        repos.deliveries.claim_delivery(tip.id, 0, now)
        repos.deliveries.mark_unreachable(tip.id, 1, reason)
        repos.workspaces.suspend("slack:T2", "token_revoked")
        repos.workspaces.set_rest("slack:T3", now + timedelta(seconds=30))

    await context.store.across_workspaces.write(write_rows)


async def test_prometheus_output_has_no_personal_data(context: Context) -> None:
    """Every series is a count or a state; no label contains a person, a workspace or a channel."""
    await plan_deliveries(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.duty_runs.record_tick({"retention": True}, context.now())
    )
    process = ProcessFigures(
        faults=(HealthFault.SUSPENDED,),
        tick_age_seconds=12.4,
        refused_requests={"slack": 2},
        sockets={"slack": True},
    )
    figures = load_figures(context.store, context.now())

    rendered = metrics.render_prometheus(process, figures)

    samples = [line for line in rendered.splitlines() if not line.startswith("#")]
    assert samples == [
        "attune_ready 1.0",
        "attune_served 0.0",
        *(
            f'attune_fault{{cause="{fault}"}} {float(fault == "suspended")}'
            for fault in HealthFault
        ),
        "attune_tick_age_seconds 12.0",
        'attune_refused_requests_total{product="slack"} 2.0',
        'attune_socket_connected{product="slack"} 1.0',
        "attune_workers_alive 1.0",
        'attune_duty_failed_runs{duty="retention"} 1.0',
        'attune_deliveries{kind="checkin",reason_class="",state="owed"} 1.0',
        'attune_deliveries{kind="tip",reason_class="chat",state="unreachable"} 1.0',
        'attune_workspaces{state="suspended"} 1.0',
        'attune_workspaces{state="resting"} 1.0',
        'attune_keys{state="available"} 1.0',
        'attune_keys{state="lost"} 0.0',
        "attune_unreachable_people 0.0",
    ]


async def test_every_metric_has_its_help_line(context: Context) -> None:
    """The HELP lines are those of the content, one for each metric, and none is left over."""
    rendered = await HealthMonitor(context, {}).render_metrics()

    names = re.findall(r"^# HELP (\S+) \S.*$", rendered, re.MULTILINE)
    texts = tomllib.loads((ROOT / "bot/content/log_texts.toml").read_text(encoding="utf-8"))
    assert sorted(names) == sorted({*texts["metrics"]} - {"attune_tick_age_seconds"})
    await context.store.across_workspaces.write(
        lambda repos: repos.duty_runs.record_tick({}, context.now())
    )
    assert "# HELP attune_tick_age_seconds " in await HealthMonitor(context, {}).render_metrics()


def test_unread_database_leaves_the_metrics_of_the_process() -> None:
    """A scrape gets what the process knows, and no count that would look like zero."""
    process = ProcessFigures(is_ready=False, faults=(HealthFault.UNREADABLE,))

    rendered = metrics.render_prometheus(process, None)

    assert 'attune_fault{cause="unreadable"} 1.0' in rendered
    assert "attune_ready 0.0" in rendered
    assert "attune_deliveries" not in rendered


async def test_lost_key_is_counted(context: Context) -> None:
    """The figure is the number of keys of open periods that are missing."""
    await set_up_team(context)
    for stored_key in list_period_keys(context.store):
        context.store.key_store.delete(stored_key)

    rendered = await HealthMonitor(context, {}).render_metrics()
    assert 'attune_keys{state="available"} 1.0' in rendered
    assert 'attune_keys{state="lost"} 1.0' in rendered


async def test_unavailable_key_store_is_reported(context: Context) -> None:
    """A key folder without its claim is not available."""
    await set_up_team(context)
    assert isinstance(context.store.key_store, FolderKeyStore)
    shutil.rmtree(context.store.key_store.folder)

    rendered = await HealthMonitor(context, {}).render_metrics()
    assert 'attune_keys{state="available"} 0.0' in rendered


async def test_unknown_reason_is_no_label(context: Context) -> None:
    """Whatever a product answers, the label is one of a few classes."""
    await plan_deliveries(context, 'a"b\\c\nd')

    rendered = await HealthMonitor(context, {}).render_metrics()
    assert 'kind="tip",reason_class="other",state="unreachable"' in rendered


async def test_counts_by_status_have_every_status(context: Context) -> None:
    """A status without a delivery is 0."""
    await plan_deliveries(context)

    figures = load_figures(context.store, context.now())
    assert delivery_status.count_by_status(figures.delivery_counts) == {
        "owed": 1,
        "sent": 0,
        "unconfirmed": 0,
        "failed": 0,
        "unreachable": 1,
        "missed": 0,
    }


def test_command_line_prints_delivery_counts(tmp_path: Path) -> None:
    """`deliveries` prints one line per day, kind and reason, in the operator's language."""
    bot = BotProcess(tmp_path, "http://127.0.0.1:9/api/")
    assert bot.run_command("deliveries").returncode == 2
    assert bot.run_command("migrate").returncode == 0
    assert bot.run_command("deliveries").stderr.startswith("Nothing was owed")
    timestamp = int(datetime(2026, 6, 29, 13, tzinfo=UTC).timestamp())
    with closing(sqlite3.connect(bot.database_file)) as database:
        database.execute(
            "insert into delivery (id, workspace, kind, person, slot, due, late, state, reason)"
            " values ('1', 'slack:T1', 'checkin', 'U0CANARY', 'x', ?, ?, 'missed', 'late')",
            (timestamp, timestamp),
        )
        database.commit()

    result = bot.run_command("deliveries", LC_ALL="fr_CA.UTF-8", PYTHONUTF8="1")
    assert result.stdout == "2026-06-29  checkin    1 manqué  late\n"
