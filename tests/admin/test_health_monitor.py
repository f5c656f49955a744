"""The health of a process and of the whole, over a real store and a fake of Slack."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.admin.health_monitor import HealthMonitor
from bot.conversation import Person
from bot.store.repositories import Repositories
from tests.admin.monitored import Seconds
from tests.chat import asgi
from tests.chat.conftest import open_slack
from tests.chat.on_slack import SlackProduct
from tests.chat.slack import web_api

ANSWERS = {"form": ("away",), "status": ("touched",)}


@pytest.fixture
def seconds() -> Seconds:
    """The monotonic clock of the monitor."""
    return Seconds()


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[SlackProduct]:
    """A bot with a team that receives requests by HTTP, and has ticked."""
    async with open_slack(tmp_path) as slack:
        await slack.bot.run_duties_and_deliver()
        yield slack


@pytest.fixture
def monitor(product: SlackProduct, seconds: Seconds) -> HealthMonitor:
    """A monitor of that bot, at the test's clock."""
    return HealthMonitor(product.bot.context, product.bot.chat_adapters, monotonic=seconds)


@pytest.fixture
def database(tmp_path: Path, product: SlackProduct) -> Path:
    """The database file of that bot."""
    return tmp_path / "attune.sqlite"


async def list_faults(monitor: HealthMonitor) -> list[str]:
    """Return the faults of the whole."""
    return list((await monitor.check_deployment())["faults"])


async def write(product: SlackProduct, job: Callable[[Repositories], object]) -> None:
    """Run *job* in the store of the bot."""
    await product.bot.context.store.across_workspaces.write(job)


async def test_bot_with_a_tick_serves_people(monitor: HealthMonitor) -> None:
    """Neither the process nor the whole has a fault."""
    await monitor.refresh()

    assert await monitor.check_readiness() == {"ready": True, "cause": ""}
    service = await monitor.check_deployment()
    assert (service["served"], service["faults"], service["workers"]) == (True, [], 1)


async def test_deleted_database_is_found_within_five_seconds(
    monitor: HealthMonitor, seconds: Seconds, database: Path
) -> None:
    """The probe is cached for five seconds by the injected clock, and not a moment longer."""
    await monitor.check_readiness()
    await asyncio.to_thread(database.unlink)

    seconds.seconds += 4.9
    assert (await monitor.check_readiness())["ready"]
    seconds.seconds += 0.2
    assert await monitor.check_readiness() == {"ready": False, "cause": "deleted"}
    assert await list_faults(monitor) == ["deleted"]


async def test_replaced_database_is_a_fault_of_the_process(
    monitor: HealthMonitor, database: Path, tmp_path: Path
) -> None:
    """A copy in its place is not what the process writes to."""
    copy = shutil.copyfile(database, tmp_path / "copy")
    copy.replace(database)

    assert await monitor.check_readiness() == {"ready": False, "cause": "replaced"}


async def test_locked_database_leaves_the_process_ready(
    monitor: HealthMonitor, seconds: Seconds, database: Path
) -> None:
    """People are answered "busy", which a balancer cannot mend; the whole is not served."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await monitor.refresh()
        assert (await monitor.check_readiness())["ready"]
        assert await list_faults(monitor) == ["unwritable"]
        other.execute("ROLLBACK")

    seconds.seconds += 15
    await monitor.refresh()
    assert await list_faults(monitor) == []


async def test_refused_token_is_a_fault_until_it_is_accepted(
    monitor: HealthMonitor, product: SlackProduct, seconds: Seconds
) -> None:
    """Slack is asked every five minutes, and in every check while it refuses."""
    product.api.plan_error("auth.test", "invalid_auth")
    await monitor.refresh()
    assert await list_faults(monitor) == ["token"]
    assert (await monitor.check_deployment())["refused_products"] == ["slack"]

    del product.api.planned_answers["auth.test"]
    seconds.seconds += 15
    await monitor.refresh()
    assert await list_faults(monitor) == []


async def test_slack_that_does_not_answer_refuses_no_token(
    monitor: HealthMonitor, product: SlackProduct
) -> None:
    """An outage of the product says nothing about the token."""
    product.api.planned_answers["auth.test"] = web_api.PlannedAnswer("", status=503)
    await monitor.refresh()

    assert await list_faults(monitor) == []


async def test_silent_worker_is_found_after_three_minutes(
    monitor: HealthMonitor, product: SlackProduct, seconds: Seconds
) -> None:
    """Any process reads the last tick from the database."""
    product.clock.move_to(product.clock() + timedelta(minutes=4))
    seconds.seconds += 15

    service = await monitor.check_deployment()
    assert (service["faults"], service["workers"]) == (["worker"], 0)
    assert service["tick_seconds"] >= 240
    assert (await monitor.check_readiness())["ready"]


async def test_duty_that_failed_three_times_is_named(
    monitor: HealthMonitor, product: SlackProduct
) -> None:
    """Two failures are none yet."""

    def record_failure(repos: Repositories) -> None:
        repos.duty_runs.record_tick({"retention": True}, product.clock())

    for _ in range(2):
        await write(product, record_failure)
    early_service = await HealthMonitor(product.bot.context, {}).check_deployment()
    await write(product, record_failure)

    assert early_service["faults"] == []
    service = await monitor.check_deployment()
    assert (service["faults"], service["failing_duties"]) == (["duty"], ["retention"])


async def test_suspended_workspace_is_a_fault_of_the_whole(
    monitor: HealthMonitor, product: SlackProduct
) -> None:
    """Its people get no messages."""
    await write(product, lambda repos: repos.workspaces.suspend("slack:T1CLINIC", "token_revoked"))

    service = await monitor.check_deployment()
    assert (service["faults"], service["suspended_workspaces"]) == (["suspended"], 1)


async def test_refused_signatures_are_counted(
    monitor: HealthMonitor, product: SlackProduct
) -> None:
    """Each request with a wrong signature is one, by product."""
    headers = {"x-slack-signature": f"v0={0:064}"}
    for _ in range(2):
        await asgi.send_request(product.bot.asgi, "POST", "/slack/events", b"{}", headers)

    rendered = await monitor.render_metrics()
    assert 'attune_refused_requests_total{product="slack"} 2.0' in rendered


async def test_filing_of_an_unreachable_person_moves_no_metric(
    product: SlackProduct, seconds: Seconds
) -> None:
    """Their request ends the mark of being unreachable; the figure is that of the day's begin."""
    marie = Person("slack:T1CLINIC", product.marie)

    def mark_unreachable(repos: Repositories) -> None:
        team = repos.teams.get_by_channel("slack:T1CLINIC", "C1TEAM")
        assert team is not None
        repos.people.join_team(marie, team.id)
        repos.people.mark_unreachable(marie, "user_not_found")

    await write(product, mark_unreachable)
    monitor = HealthMonitor(
        product.bot.context, product.bot.chat_adapters, monotonic=seconds, cache_seconds=0
    )
    before = await monitor.render_metrics()
    form = await product.run_command(product.marie, "rupture")
    await product.submit_form(product.marie, form, ANSWERS)

    after = await monitor.render_metrics()
    clinician = await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.people.get(marie)
    )
    assert clinician.unreachable_reason == ""
    assert "attune_unreachable_people 1.0" in before
    assert drop_tick_age(after) == drop_tick_age(before)


def drop_tick_age(rendered: str) -> list[str]:
    """Return the metrics without the age of the last tick, which is the time."""
    return [line for line in rendered.splitlines() if not line.startswith("attune_tick_age")]
