"""Validation of the key store's location."""

from pathlib import Path

import pytest

from tests.loaded_settings import SLACK, clear_environment, load_web, rejected_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


KEYS_DATABASE = "postgresql+psycopg://u@keys.example/attune"


def test_pepper_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a pepper the process starts, since one is generated in the key store."""
    assert load_web(monkeypatch, **SLACK | {"PEPPER": ""}).peppers == ()


def test_keys_are_in_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unless set, the keys are in XDG_STATE_HOME, or in .local/state of the home folder."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load_web(monkeypatch, **SLACK).keys_folder == tmp_path / "home/.local/state/attune-keys"

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert load_web(monkeypatch, **SLACK).keys_folder == tmp_path / "state/attune-keys"


def test_keys_folder_may_begin_in_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder that begins with ~/ is below the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert load_web(monkeypatch, **SLACK, KEYS="~/keys").keys_folder == tmp_path / "home/keys"


@pytest.mark.parametrize("keys", ["keys", "./keys", "mysql://h/d", "sqlite:////k/k.sqlite"])
def test_keys_location_is_a_full_path_or_postgresql(
    monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    """A relative folder, which depends on where a process starts, and other URLs are rejected."""
    assert rejected_settings(monkeypatch, **SLACK, KEYS=keys) == {"KEYS"}


@pytest.mark.parametrize("verb", ["web", "team", "migrate"])
@pytest.mark.parametrize("below", ["", "/", "/keys", "/a/../keys"])
def test_keys_in_the_database_folder_are_rejected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: str, below: str
) -> None:
    """The folder of the database, and every folder below it, is refused for the keys."""
    environment = SLACK | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/data/attune.sqlite",
        "KEYS": f"{tmp_path}/data{below}",
    }

    assert rejected_settings(monkeypatch, verb, **environment) == {"KEYS"}


def test_link_into_the_database_folder_is_rejected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A symbolic link does not hide that the keys are in the database's folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    environment = SLACK | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/data/attune.sqlite",
        "KEYS": f"{tmp_path}/link/keys",
    }

    assert rejected_settings(monkeypatch, **environment) == {"KEYS"}


def test_keys_beside_the_database_folder_are_accepted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder next to the database's, whose name begins alike, is another folder."""
    environment = SLACK | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/data/attune.sqlite",
        "KEYS": f"{tmp_path}/data-keys",
    }

    assert load_web(monkeypatch, **environment).keys_folder == tmp_path / "data-keys"


@pytest.mark.parametrize(
    ("keys", "is_accepted"),
    [
        ("", False),
        ("postgresql+psycopg://u:p@db.example/attune", False),
        ("postgresql+psycopg://other@db.example:5432/attune", False),
        ("postgresql+psycopg://u@db.example/keys", True),
        (KEYS_DATABASE, True),
        ("/srv/keys", True),
    ],
)
def test_postgresql_needs_keys_of_its_own(
    monkeypatch: pytest.MonkeyPatch, keys: str, *, is_accepted: bool
) -> None:
    """With PostgreSQL the keys must be in a named folder or in another database."""
    environment = SLACK | {
        "DATABASE_URL": "postgresql+psycopg://u@db.example/attune",
        "KEYS": keys,
    }

    if is_accepted:
        assert load_web(monkeypatch, **environment).keys_location == keys
    else:
        assert rejected_settings(monkeypatch, **environment) == {"KEYS"}
