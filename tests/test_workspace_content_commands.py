"""The operator's commands use the workspaces file, and name what is wrong with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.loaded_settings import SLACK, clear_environment
from tests.logging_state import restore_logging

ENTRIES = """
[[workspace]]
id = "T0NORTH"
safety = { en = "Call the north." }

[[workspace]]
id = "11111111-2222-4333-8444-AAAAAAAAAAAA"
cards = "nowhere"
safety = { en = "Call the tenant." }
"""


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A workspaces file that the environment names, with two entries."""
    clear_environment(monkeypatch, tmp_path)
    file = tmp_path / "workspaces.toml"
    file.write_text(ENTRIES, encoding="utf-8")
    environment = {**SLACK, "WORKSPACES_FILE": str(file), "SAFETY_TEXT_EN": "Call all."}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LC_ALL", "en")
    with restore_logging():
        yield file


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("workspace", "text"),
    [
        ("T0NORTH", "Call the north."),
        ("11111111-2222-4333-8444-AAAAAAAAAAAA", "Call the tenant."),
        ("T0SOUTH", "Call all."),
        ("", "Call all."),
    ],
)
def test_printed_pages_have_the_safety_text_of_one_clinic(
    tmp_path: Path, workspace: str, text: str
) -> None:
    """Its own, else the deployment's, and no other's."""
    folder = tmp_path / "pages"
    arguments = ["print", str(folder), "--language", "en", "--workspace", workspace]

    assert main(arguments) == 0
    pages = " ".join(page.read_text(encoding="utf-8") for page in folder.iterdir())
    assert [line for line in ("north", "tenant", "all") if f"Call the {line}." in pages] == [
        line for line in ("north", "tenant") if line in text
    ]
    assert text in pages


def test_a_fault_stops_the_start_before_anything_is_written(
    entries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`web` prints the line and what to do, and makes no database."""
    entries.write_text(ENTRIES + "audit_retention_months = 36\n", encoding="utf-8")

    assert main(["web"]) == 2
    assert f"{entries}:10: audit_retention_months has to be a whole" in capsys.readouterr().err
    assert not list(tmp_path.glob("**/*.sqlite"))


def test_doctor_prints_faulty_cards_and_whom_an_entry_concerns(
    entries: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clinic's missing folder is reported with its line, and stops nothing."""
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    main(["doctor"])
    printed = capsys.readouterr().err

    assert "2 workspaces have content or retention periods of their own." in printed
    assert f"{entries}:8: is not a folder that can be read." in printed
    assert "2 workspaces have safety texts of their own" in printed
    assert "T0NORTH" in printed
