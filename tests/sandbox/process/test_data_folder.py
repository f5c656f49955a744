import os
from pathlib import Path

import pytest

from bot.sandbox.process.data_folder import (
    FolderLockedError,
    clear_folder,
    lock_folder,
    record_address,
    record_process_id,
)


def test_a_folder_has_one_lock(tmp_path: Path) -> None:
    """A second lock raises an exception with what the first recorded, until that is released."""
    lock_fd = lock_folder(tmp_path)
    record_address(lock_fd, "http://127.0.0.1:3000")
    record_process_id(lock_fd, 4321)

    with pytest.raises(FolderLockedError) as error:
        lock_folder(tmp_path)
    os.close(lock_fd)
    assert error.value.process_id == "4321"
    assert error.value.address == "http://127.0.0.1:3000"
    os.close(lock_folder(tmp_path))


def test_clearing_a_folder_preserves_the_lock(tmp_path: Path) -> None:
    """Files and folders are deleted except the lock file, which a second process cannot lock."""
    lock_fd = lock_folder(tmp_path)
    (tmp_path / "attune.sqlite").write_text("content")
    (tmp_path / "weeks").mkdir()
    (tmp_path / "weeks" / "one").write_text("content")

    clear_folder(tmp_path)

    assert [entry.name for entry in tmp_path.iterdir()] == ["lock"]
    with pytest.raises(FolderLockedError):
        lock_folder(tmp_path)
    os.close(lock_fd)
