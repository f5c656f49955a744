import os
from pathlib import Path

import pytest

from bot.sandbox.process.data_folder import HeldError, forget, hold


def test_a_folder_is_held_by_one_practice_at_a_time(tmp_path: Path) -> None:
    """Whoever comes second is told whose process it is, and may have it afterwards."""
    held = hold(tmp_path)
    os.pwrite(held, b"4321", 0)

    with pytest.raises(HeldError) as by:
        hold(tmp_path)
    os.close(held)
    assert by.value.process == "4321"
    os.close(hold(tmp_path))


def test_what_was_practised_is_forgotten_while_the_folder_stays_held(tmp_path: Path) -> None:
    """Files and folders go; the lock stays, or a second practice could begin meanwhile."""
    held = hold(tmp_path)
    (tmp_path / "attune.sqlite").write_text("kept")
    (tmp_path / "weeks").mkdir()
    (tmp_path / "weeks" / "one").write_text("kept")

    forget(tmp_path)

    assert [one.name for one in tmp_path.iterdir()] == ["lock"]
    with pytest.raises(HeldError):
        hold(tmp_path)
    os.close(held)
