"""The check-up returns a finding with a remedy for every fault of a deployment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.admin import doctor
from bot.admin.finding import Finding
from bot.admin.key_location import Machine
from bot.admin.microsoft_checkup import MicrosoftCheck
from bot.admin.slack_checkup import SlackCheck
from bot.content.catalogue import load_catalogue
from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.settings import Settings
from bot.store.keys.key_id import PeriodKeyId
from bot.store.open_store import open_store
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.schema import periods
from tests.admin.safe_machine import SAFE_MACHINE
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.slack_queries import build_queries
from tests.store.sample_counts import build_team, fetch_rows, open_periods

SCOPES = frozenset({"commands", "chat:write", "users:read"})
TEAMS_CLIENT_ID = "6f9619ff-8b86-4011-b42d-00c04fc964ff"


def build_settings(folder: Path, **overrides: str) -> Settings:
    """Return settings with a SQLite database in *folder*, and its keys in a folder beside it."""
    defaults = {"database_url": f"sqlite:///{folder}/attune.sqlite", "keys": f"{folder}-keys"}
    return Settings.model_validate(defaults | overrides)


def read_safe_machine() -> Machine:
    """Return a machine on which every folder outlives a restart."""
    return SAFE_MACHINE


async def check_unreachable_microsoft() -> MicrosoftCheck:
    """Return the result for unavailable signing keys and a rejected client secret."""
    return MicrosoftCheck(has_keys=False, has_token=False)


async def run_with_slack_check(folder: Path, slack_check: SlackCheck) -> dict[str, bool]:
    """Return whether each check passed, by the last part of its key."""

    async def check_slack() -> SlackCheck:
        return slack_check

    findings = await doctor.run_checkup(
        build_settings(folder),
        build_queries(check_slack),
        check_unreachable_microsoft,
        read_machine=read_safe_machine,
    )
    assert all(isinstance(finding, Finding) for finding in findings)
    return {
        finding.key.removeprefix("operator.doctor."): finding.is_healthy for finding in findings
    }


async def test_healthy_deployment_passes_every_check(tmp_path: Path) -> None:
    """Database, keys, token, scopes and clock have one passing finding each."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.close_sync()

    assert await run_with_slack_check(
        tmp_path, SlackCheck(workspace="Riverside", scopes=SCOPES)
    ) == {
        "database": True,
        "ticked_never": True,
        "duties": True,
        "keys": True,
        "deliveries": True,
        "greeted": True,
        "scopes": True,
        "clock": True,
        "safety_text_unset": True,
        "retention": True,
    }


@pytest.mark.parametrize(
    ("slack_check", "key"),
    [
        (SlackCheck(error="invalid_auth"), "token"),
        (SlackCheck(scopes=SCOPES - {"users:read"}), "scopes_lacking"),
        (SlackCheck(scopes=SCOPES, server_time=1_000_000_000.0), "clock_off"),
    ],
)
async def test_slack_faults_are_reported(tmp_path: Path, slack_check: SlackCheck, key: str) -> None:
    """A rejected token, a missing scope and clock skew have a failing finding each."""
    assert (await run_with_slack_check(tmp_path, slack_check))[key] is False


async def test_periods_sealed_with_another_key_are_reported(tmp_path: Path) -> None:
    """The finding counts the open periods whose stored key is not the one that sealed them."""
    store = open_store(build_settings(tmp_path))
    store.migrate()
    await open_periods(store, (build_team("north"), 9))
    for row in await fetch_rows(store, periods):
        key_id = PeriodKeyId(row.workspace, row.closes_at)
        store.key_store.delete(key_id)
        store.key_store.get_or_create(key_id)
    await store.close()

    findings = await doctor.run_checkup(
        build_settings(tmp_path), QUERIES, check_unreachable_microsoft
    )
    (finding,) = [finding for finding in findings if finding.key.endswith("keys_wrong")]
    assert not finding.is_healthy
    assert "2 counting periods were sealed" in load_catalogue().get_pack("en").translate(
        finding.key, **finding.facts
    )


@pytest.mark.parametrize(
    ("configured", "sentence"),
    [
        (
            {"slack_bot_token": "xoxb-1"},
            "1 person on the weekly check-in belongs to Microsoft Teams",
        ),
        ({"teams_client_id": TEAMS_CLIENT_ID}, "3 people on the weekly check-in belong to Slack"),
        ({"slack_bot_token": "xoxb-1", "teams_client_id": TEAMS_CLIENT_ID}, None),
    ],
)
async def test_people_of_a_product_not_configured_are_counted(
    tmp_path: Path, configured: dict[str, str], sentence: str | None
) -> None:
    """The finding counts the people who joined, over all workspaces of the product."""
    store = open_store(build_settings(tmp_path))
    store.migrate()
    people = [
        *(Person("slack:T1", f"U{number}") for number in range(2)),
        Person("slack:T2", "U9"),
        Person("msteams:tenant", "object"),
    ]
    await store.across_workspaces.write(
        lambda repos: [repos.people.join_team(person, "north") for person in people]
    )
    await store.across_workspaces.write(
        lambda repos: repos.people.set_language(Person("slack:T1", "U7"), "fr")
    )
    await store.close()

    findings = await doctor.run_checkup(
        build_settings(tmp_path, **configured),
        QUERIES,
        check_unreachable_microsoft,
    )

    words = load_catalogue().get_pack("en")
    unconfigured = [finding for finding in findings if finding.key.endswith("_not_configured")]
    assert [finding.is_healthy for finding in unconfigured] == [False] * bool(sentence)
    assert [
        words.translate(finding.key, **finding.facts).partition(", ")[0] for finding in unconfigured
    ] == ([f"Mend: {sentence}"] if sentence else [])


async def _check_healthy_slack() -> SlackCheck:
    return SlackCheck(scopes=SCOPES)


QUERIES = build_queries(_check_healthy_slack)


@pytest.mark.parametrize(
    ("lease_modes", "key", "is_healthy"),
    [
        ((), "workers_0", True),
        ((True,), "workers_1", True),
        ((True, True), "workers_sharing", True),
        ((True, False), "workers_apart", False),
        ((False, False), "workers_apart", False),
    ],
)
async def test_workers_on_postgresql_are_reported(
    postgres_url: str, tmp_path: Path, lease_modes: tuple[bool, ...], key: str, *, is_healthy: bool
) -> None:
    """The finding counts the workers with a lease, and fails if they do not share deliveries."""
    store = open_test_store(postgres_url, ())
    store.migrate()
    leases = [
        store.worker_locks.create_worker_lease(shares_deliveries=shares) for shares in lease_modes
    ]
    for lease in leases:
        lease.renew_or_acquire()

    settings = build_settings(tmp_path, database_url=postgres_url)
    findings = await doctor.run_checkup(settings, QUERIES, check_unreachable_microsoft)
    for lease in leases:
        lease.release_lease()
    await store.close()

    assert {finding.key: finding.is_healthy for finding in findings}[
        f"operator.doctor.{key}"
    ] is is_healthy


@pytest.mark.parametrize("is_revoked", [True, False])
async def test_roles_that_may_connect_are_reported(
    postgres_url: str, tmp_path: Path, *, is_revoked: bool
) -> None:
    """Another role may watch the counters, until nobody else may connect."""
    store = open_test_store(postgres_url, ())
    store.migrate()
    await store.close()
    name, role = make_url(postgres_url).database, f"watcher_{uuid4().hex}"
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        if is_revoked:
            connection.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC".encode())

    settings = build_settings(tmp_path, database_url=postgres_url)
    findings = await doctor.run_checkup(settings, QUERIES, check_unreachable_microsoft)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"DROP ROLE {role}".encode())

    keys = {finding.key for finding in findings if "roles_" in finding.key}
    assert keys == {f"operator.doctor.roles_{'alone' if is_revoked else 'others'}"}


@pytest.mark.parametrize("is_healthy", [True, False])
async def test_slack_is_not_checked_for_teams_alone(tmp_path: Path, *, is_healthy: bool) -> None:
    """If only Teams is configured, its keys and token are checked and Slack is not called."""
    settings = build_settings(tmp_path, teams_client_id=TEAMS_CLIENT_ID)

    async def check_slack() -> SlackCheck:
        raise AssertionError

    async def check_microsoft() -> MicrosoftCheck:
        return MicrosoftCheck(has_keys=is_healthy, has_token=is_healthy)

    findings = await doctor.run_checkup(settings, build_queries(check_slack), check_microsoft)
    assert {
        finding.key.removeprefix("operator.doctor."): finding.is_healthy
        for finding in findings[-2:]
    } == (
        {"teams_keys": True, "teams_token": True}
        if is_healthy
        else {"teams_keys_away": False, "teams_token_refused": False}
    )


DUE_AT = datetime(2026, 9, 7, 13, tzinfo=UTC)


def save_undelivered_messages(repos: Repositories) -> None:
    """Save three failed deliveries, two that were too late, and two that were skipped."""
    kind = DeliveryKind.CHECKIN
    repos.deliveries.plan_deliveries(
        PlannedDelivery(
            "slack:T1", kind, f"U{number}", "", "2026-W37", DUE_AT, DUE_AT, "", reason=code
        )
        for number, code in enumerate(["late", "holiday", "day_off", "", "", "", ""])
    )
    codes = iter(["invalid_blocks", "invalid_blocks", "msg_too_long"])
    for row in repos.deliveries.list_due_deliveries("slack:T1", DUE_AT, 9):
        if code := next(codes, ""):
            repos.deliveries.claim_delivery(row.id, row.attempt, DUE_AT)
            repos.deliveries.mark_failed(row.id, row.attempt + 1, code)
    repos.deliveries.expire_overdue(DUE_AT + timedelta(hours=1))


@pytest.mark.parametrize(
    ("days_ago", "failed", "missed"),
    [(6, "invalid_blocks (2), msg_too_long (1)", "late (2)"), (8, None, None)],
)
async def test_undelivered_messages_are_reported_for_a_week(
    tmp_path: Path, days_ago: int, failed: str | None, missed: str | None
) -> None:
    """Failed and missed deliveries are counted by code; skipped check-ins are not."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    await store.across_workspaces.write(save_undelivered_messages)
    await store.close()
    today = DUE_AT.date() + timedelta(days=days_ago)
    findings = await doctor.run_checkup(
        build_settings(tmp_path),
        QUERIES,
        check_unreachable_microsoft,
        today=today,
    )
    codes = {finding.key.rpartition(".")[2]: finding.facts.get("codes") for finding in findings}

    assert codes.get("deliveries_failed") == failed
    assert codes.get("deliveries_missed") == missed
    assert ("deliveries" in codes) is (failed is None)
