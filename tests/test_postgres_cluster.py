"""The PostgreSQL cluster that parallel test processes copy."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.postgres_cluster import copy_cluster


def test_cluster_is_built_once_and_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers of a parallel run have the same files, which were created once."""
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", uuid4().hex)
    targets, built_folders = [tmp_path / "first", tmp_path / "second"], []

    def build(folder: Path) -> str:
        built_folders.append(folder)
        folder.mkdir()
        (folder / "PG_VERSION").write_text("15")
        return "a_database"

    for target in targets:
        target.mkdir()
        assert copy_cluster(target, build) == "a_database"

    assert len(built_folders) == 1
    assert [(target / "PG_VERSION").read_text() for target in targets] == ["15", "15"]


def test_single_process_builds_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without parallel processes nothing is built that only one server would copy."""
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)

    assert copy_cluster(tmp_path, lambda _folder: "a_database") == ""
    assert list(tmp_path.iterdir()) == []
