"""Files of published tables that are damaged or deleted stop no deletion of others."""

import json
import logging
from hashlib import sha256
from pathlib import Path

import pytest

from bot.store.release_archive import ReleaseArchive

GONE_UNIT, GONE_POOL, STAYING_UNIT = "team:gone", "practice:gone pool", "team:staying"
DAMAGES = {
    "truncated": b'{"unit": "team:st',
    "without its unit": b"{}",
    "a list": b"[]",
    "not text": b"\xff\xfe",
    "empty": b"",
}


def write_file(folder: Path, unit: str, content: bytes | None = None) -> Path:
    """Write the file of a table of *unit* that was closed on one day, and return its path."""
    digest = sha256(unit.encode()).hexdigest()[:16]
    path = folder / f"2026-10-05-total-{digest}.json"
    path.write_bytes(json.dumps({"unit": unit}).encode() if content is None else content)
    return path


def is_pool(unit: str) -> bool:
    """Return whether *unit* is a pool of the deleted workspace."""
    return unit.startswith("practice:gone")


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_of_another_unit_stays_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    """The deletion of the others goes on, and the line names no unit."""
    damaged = [write_file(tmp_path, name, content) for name in (STAYING_UNIT, "team:second")]
    for unit in (GONE_UNIT, GONE_POOL):
        write_file(tmp_path, unit)

    with caplog.at_level(logging.WARNING, "attune.releases"):
        assert ReleaseArchive(tmp_path).delete_units([GONE_UNIT], is_pool) == 2

    assert sorted(tmp_path.iterdir()) == sorted(damaged)
    (record,) = caplog.records
    assert (record.message, record.__dict__["count"]) == ("releases.unreadable", 2)


def test_a_damaged_file_of_a_known_unit_is_deleted(tmp_path: Path) -> None:
    """Its name says whose it is."""
    write_file(tmp_path, GONE_UNIT, b"")

    assert ReleaseArchive(tmp_path).delete_units([GONE_UNIT], is_pool) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_vanishes_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Another process deletes expired files; a link to nothing is read with the same error."""
    vanished = write_file(tmp_path, STAYING_UNIT)
    vanished.unlink()
    vanished.symlink_to(tmp_path / "nothing")
    write_file(tmp_path, GONE_POOL)

    assert ReleaseArchive(tmp_path).delete_units([], is_pool) == 1
    assert not caplog.records
