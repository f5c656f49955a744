import os
from pathlib import Path

import pytest

from bot.sandbox.process.data_folder import FolderLockedError, clear_folder, lock_folder


def test_a_folder_is_held_by_one_practice_at_a_time(tmp_path: Path) -> None:
    """Whoever comes second is told whose process it is, and may have it afterwards."""
    held = lock_folder(tmp_path)
    os.pwrite(held, b"4321", 0)

    with pytest.raises(FolderLockedError) as by:
        lock_folder(tmp_path)
    os.close(held)
    assert by.value.process_id == "4321"
    os.close(lock_folder(tmp_path))


def test_what_was_practised_is_forgotten_while_the_folder_stays_held(tmp_path: Path) -> None:
    """Files and folders go; the lock stays, or a second practice could begin meanwhile."""
    held = lock_folder(tmp_path)
    (tmp_path / "attune.sqlite").write_text("kept")
    (tmp_path / "weeks").mkdir()
    (tmp_path / "weeks" / "one").write_text("kept")

    clear_folder(tmp_path)

    assert [one.name for one in tmp_path.iterdir()] == ["lock"]
    with pytest.raises(FolderLockedError):
        lock_folder(tmp_path)
    os.close(held)
