"""The check-up says in plain words what is missing or wrong."""

from pathlib import Path

import pytest

from bot import doctor
from bot.doctor import Finding, Greeting
from bot.settings import Settings
from bot.store.transaction import Store

SCOPES = frozenset({"commands", "chat:write", "users:read"})


def settings(folder: Path) -> Settings:
    """Settings with a database in *folder*."""
    return Settings.model_validate({"database_url": f"sqlite:///{folder}/attune.sqlite"})


async def found(folder: Path, greeting: Greeting) -> dict[str, bool]:
    """What the doctor finds, by the last part of its key."""

    async def greet() -> Greeting:
        return greeting

    findings = await doctor.examine(settings(folder), greet)
    assert all(isinstance(one, Finding) for one in findings)
    return {one.key.removeprefix("operator.doctor."): one.well for one in findings}


async def test_a_bot_that_is_well(tmp_path: Path) -> None:
    """Database, token, scopes and clock are each said to be well."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    store.shut()

    assert await found(tmp_path, Greeting(workspace="Riverside", scopes=SCOPES)) == {
        "database": True,
        "greeted": True,
        "scopes": True,
        "clock": True,
    }


async def test_a_database_without_its_tables(tmp_path: Path) -> None:
    """An empty database asks for a migration."""
    assert (await found(tmp_path, Greeting(scopes=SCOPES)))["migrate"] is False


async def test_a_database_that_cannot_be_reached(tmp_path: Path) -> None:
    """A path that is no folder is said to be out of reach."""
    (tmp_path / "file").write_text("")

    assert (await found(tmp_path / "file", Greeting(scopes=SCOPES)))["database_unreached"] is False


@pytest.mark.parametrize(
    ("greeting", "key"),
    [
        (Greeting(error="invalid_auth"), "token"),
        (Greeting(scopes=SCOPES - {"users:read"}), "scopes_lacking"),
        (Greeting(scopes=SCOPES, clock=1_000_000_000.0), "clock_off"),
    ],
)
async def test_what_slack_finds_wrong(tmp_path: Path, greeting: Greeting, key: str) -> None:
    """A refused token, a missing scope and a wrong clock each have a sentence of their own."""
    assert (await found(tmp_path, greeting))[key] is False
