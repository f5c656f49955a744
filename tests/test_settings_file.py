"""The settings file `.env`: its encoding, and names that nearly match a setting."""

from pathlib import Path

import pytest

from bot.settings_file import check_settings_file, find_misspelt_names
from tests.loaded_settings import SLACK, clear_environment, load_web

NAMES = ("DATABASE_URL", "HOST", "KEYS", "LOG_LEVEL", "PORT", "SLACK_BOT_TOKEN", "TEAMS_TENANT_ID")


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("slack_token", "SLACK_BOT_TOKEN"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("PORTS", "PORT"),
        ("TEAMS_TENANT", "TEAMS_TENANT_ID"),
        ("SENTRY_DSN", None),
        ("HOSTNAME", None),
    ],
)
def test_nearly_matching_names_of_the_file_are_found(
    tmp_path: Path, name: str, setting: str | None
) -> None:
    """A name of the file that nearly matches an unset setting is found with that setting."""
    file = tmp_path / ".env"
    file.write_text(f"# a comment\nexport {name}=1\n")

    assert find_misspelt_names(file, {}, NAMES) == ({name: setting} if setting else {})


@pytest.mark.parametrize("name", ["PORTS", "HOSTNAME", "KEY", "HOSTTYPE", "PATH", "HOME"])
def test_names_of_other_programs_are_no_misspellings(tmp_path: Path, name: str) -> None:
    """The environment contains short names of other programs, which are not reported."""
    assert find_misspelt_names(tmp_path / ".env", {name: "1"}, NAMES) == {}


def test_name_beside_the_setting_itself_is_no_misspelling(tmp_path: Path) -> None:
    """A platform that also sets a similar name of its own is not reported."""
    environment = {"DATABASE_URL": "x", "DATABASE_URI": "x"}

    assert find_misspelt_names(tmp_path / ".env", environment, NAMES) == {}


def test_setting_left_empty_is_unset(tmp_path: Path) -> None:
    """A copied example has every name without a value, beside which the misspelt one counts."""
    file = tmp_path / ".env"
    file.write_text("SLACK_BOT_TOKEN=\nSLACK_BOT_TOKN=1\n")

    assert find_misspelt_names(file, {}, NAMES) == {"SLACK_BOT_TOKN": "SLACK_BOT_TOKEN"}


def test_byte_order_mark_is_no_part_of_the_first_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file that Windows' editor saved as UTF-8 with a mark is read in full."""
    clear_environment(monkeypatch, tmp_path)
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfPACE=7\n")

    assert load_web(monkeypatch, **SLACK).pace == 7


def test_line_of_another_encoding_is_named(tmp_path: Path) -> None:
    """The fault contains the number of the first line that is not UTF-8."""
    file = tmp_path / ".env"
    file.write_bytes("PACE=3\n# caf\u00e9\n".encode("latin-1"))

    (fault,) = check_settings_file(file)
    assert fault.location == f"{file}:2"


@pytest.mark.parametrize("is_folder", [True, False])
def test_missing_file_and_folder_are_no_faults(tmp_path: Path, *, is_folder: bool) -> None:
    """Settings may come from the environment alone, beside a virtual environment named `.env`."""
    if is_folder:
        (tmp_path / ".env").mkdir()

    assert check_settings_file(tmp_path / ".env") == ()
