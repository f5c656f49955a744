from pathlib import Path

import pytest

from tests.journeys import album, contact


def test_one_command_photographs_what_people_meet(
    tmp_path: Path, chromium: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each fault a person can be told of is there, wide and on a phone, on sheets and one page."""
    status = contact.main([str(tmp_path), "--language", "fr-CA", "--only", "errors"])

    index, *sheets = map(Path, capsys.readouterr().out.split())
    shots = sorted((tmp_path / "shots").glob("fr-CA-errors-*.png"))
    looks = [[shot for shot in shots if look in shot.stem] for look in ("wide", "phone")]
    assert status == 0
    assert len(looks[0]) == len(looks[1]) >= 7
    assert {album.png_size(shot)[0] for shot in looks[1]} == {360}
    assert all(album.png_size(shot)[1] < 740 for shot in shots), "a short note is shown in full"
    assert {sheet.stem.rpartition("-")[0] for sheet in sheets} == {
        "fr-CA-errors-phone",
        "fr-CA-errors-wide",
    }
    assert all(f"shots/{shot.name}" in index.read_text(encoding="utf-8") for shot in shots)
