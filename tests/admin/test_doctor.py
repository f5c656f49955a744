"""The check-up says in plain words what is missing or wrong."""

from pathlib import Path

import pytest

from bot.admin import doctor
from bot.admin.doctor import Finding, MicrosoftCheck, SlackCheck
from bot.content.catalogue import load_catalogue
from bot.settings import Settings
from bot.store.store import Store
from tests.store.sample_counts import build_team, open_periods

SCOPES = frozenset({"commands", "chat:write", "users:read"})


def settings(folder: Path) -> Settings:
    """Settings with a database in *folder*."""
    return Settings.model_validate({"database_url": f"sqlite:///{folder}/attune.sqlite"})


async def unreached() -> MicrosoftCheck:
    """Say that Microsoft tells nothing."""
    return MicrosoftCheck(has_keys=False, has_token=False)


async def found(folder: Path, greeting: SlackCheck) -> dict[str, bool]:
    """What the doctor finds, by the last part of its key."""

    async def greet() -> SlackCheck:
        return greeting

    findings = await doctor.run_checkup(settings(folder), greet, unreached)
    assert all(isinstance(one, Finding) for one in findings)
    return {one.key.removeprefix("operator.doctor."): one.is_healthy for one in findings}


async def test_a_bot_that_is_well(tmp_path: Path) -> None:
    """Database, pepper, token, scopes and clock are each said to be well."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    store.close_sync()

    assert await found(tmp_path, SlackCheck(workspace="Riverside", scopes=SCOPES)) == {
        "database": True,
        "pepper": True,
        "greeted": True,
        "scopes": True,
        "clock": True,
    }


async def test_a_database_without_its_tables(tmp_path: Path) -> None:
    """An empty database asks for a migration."""
    assert (await found(tmp_path, SlackCheck(scopes=SCOPES)))["migrate"] is False


async def test_a_database_that_cannot_be_reached(tmp_path: Path) -> None:
    """A path that is no folder is said to be out of reach."""
    (tmp_path / "file").write_text("")

    assert (await found(tmp_path / "file", SlackCheck(scopes=SCOPES)))[
        "database_unreached"
    ] is False


@pytest.mark.parametrize(
    ("greeting", "key"),
    [
        (SlackCheck(error="invalid_auth"), "token"),
        (SlackCheck(scopes=SCOPES - {"users:read"}), "scopes_lacking"),
        (SlackCheck(scopes=SCOPES, server_time=1_000_000_000.0), "clock_off"),
    ],
)
async def test_what_slack_finds_wrong(tmp_path: Path, greeting: SlackCheck, key: str) -> None:
    """A refused token, a missing scope and a wrong clock each have a sentence of their own."""
    assert (await found(tmp_path, greeting))[key] is False


async def test_a_pepper_that_an_open_period_needs_and_does_not_find(tmp_path: Path) -> None:
    """The operator is told how many periods wait, and that the older pepper has to come back."""
    store = Store.open(
        f"sqlite:///{tmp_path}/attune.sqlite", (b"a pepper that will be lost, made up",)
    )
    store.migrate()
    await open_periods(store, (build_team("north"), 9))
    await store.close()

    assert (await found(tmp_path, SlackCheck(scopes=SCOPES)))["pepper_missing"] is False
    (finding,) = [
        one
        for one in await doctor.run_checkup(settings(tmp_path), _silent, unreached)
        if one.key.endswith("pepper_missing")
    ]
    assert "2 open counting periods" in load_catalogue().get_pack("en").translate(
        finding.key, **finding.facts
    )


async def _silent() -> SlackCheck:
    return SlackCheck(scopes=SCOPES)


@pytest.mark.parametrize(
    ("ways", "said", "well"),
    [
        ((), "workers_0", True),
        ((True,), "workers_1", True),
        ((True, True), "workers_sharing", True),
        ((True, False), "workers_apart", False),
        ((False, False), "workers_apart", False),
    ],
)
async def test_who_looks_at_the_clock_on_postgresql(
    postgres_url: str, ways: tuple[bool, ...], said: str, *, well: bool
) -> None:
    """The operator learns how many workers live, and what to do when they do not share."""
    store = Store.open(postgres_url, ())
    store.migrate()
    seats = [store.create_worker_lease(shares_deliveries=shares) for shares in ways]
    for seat in seats:
        seat.renew_or_acquire()

    told = Settings.model_validate({"database_url": postgres_url})
    found = await doctor.run_checkup(told, _silent, unreached)
    for seat in seats:
        seat.release_lease()
    await store.close()

    assert {one.key: one.is_healthy for one in found}[f"operator.doctor.{said}"] is well


@pytest.mark.parametrize("well", [True, False])
async def test_teams_alone_is_looked_at_without_slack(tmp_path: Path, *, well: bool) -> None:
    """Where only Microsoft Teams is configured, its keys and token are told, and Slack is not."""
    told = Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path}/attune.sqlite",
            "teams_client_id": "6f9619ff-8b86-4011-b42d-00c04fc964ff",
        }
    )

    async def greet() -> SlackCheck:
        raise AssertionError

    async def reach() -> MicrosoftCheck:
        return MicrosoftCheck(has_keys=well, has_token=well)

    findings = await doctor.run_checkup(told, greet, reach)
    assert {one.key.removeprefix("operator.doctor."): one.is_healthy for one in findings[-2:]} == (
        {"teams_keys": True, "teams_token": True}
        if well
        else {"teams_keys_away": False, "teams_token_refused": False}
    )
