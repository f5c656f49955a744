from pathlib import Path

import pytest

from tests.journeys import contact, photo_sheets


def test_one_command_photographs_every_screen(
    tmp_path: Path, chromium: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each fault that is shown to a person is photographed, wide and on a phone, on sheets."""
    status = contact.main([str(tmp_path), "--language", "fr-CA", "--only", "errors"])

    index, *sheets = map(Path, capsys.readouterr().out.split())
    shots = sorted((tmp_path / "shots").glob("fr-CA-errors-*.png"))
    shots_by_profile = [[shot for shot in shots if name in shot.stem] for name in ("wide", "phone")]
    assert status == 0
    assert len(shots_by_profile[0]) == len(shots_by_profile[1]) >= 7
    assert {photo_sheets.png_size(shot)[0] for shot in shots_by_profile[1]} == {390}
    assert all(photo_sheets.png_size(shot)[1] < 740 for shot in shots), (
        "a short note is shown in full"
    )
    assert {sheet.stem.rpartition("-")[0] for sheet in sheets} == {
        "fr-CA-errors-phone",
        "fr-CA-errors-wide",
    }
    assert all(f"shots/{shot.name}" in index.read_text(encoding="utf-8") for shot in shots)
