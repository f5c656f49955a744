"""A handful of misconfigurations in processes of their own, as an operator starts them."""

from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess
from tests.misconfigurations.database_cases import FilePreparation, copy_newer, write_letter

UNREACHABLE_API_URL = "http://127.0.0.1:9/api/"


@pytest.mark.parametrize(
    ("verb", "prepare", "sentence"),
    [
        ("web", copy_newer, "DATABASE_URL: names a database of a newer Attune"),
        ("doctor", write_letter, "DATABASE_URL names a file that is no SQLite database"),
    ],
)
def test_faulty_file_is_reported_by_a_process(
    tmp_path: Path, migrated_file: Path, verb: str, prepare: FilePreparation, sentence: str
) -> None:
    """The process exits with 1 or 2 and the remedy, and prints no traceback."""
    bot = BotProcess(tmp_path, UNREACHABLE_API_URL, extra_environment={"TEST_MODE": ""})
    bot.database_file.parent.mkdir()
    prepare(bot.database_file, migrated_file)

    result = bot.run_command(verb)

    assert result.returncode in {1, 2}
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_output_in_another_encoding_is_reported_by_a_process(tmp_path: Path) -> None:
    """A terminal that cannot show the manifest's language gets the remedy."""
    bot = BotProcess(tmp_path, UNREACHABLE_API_URL)

    result = bot.run_command(
        "manifest", "--socket-mode", LC_ALL="zh_CN.UTF-8", PYTHONIOENCODING="ascii:strict"
    )

    assert result.returncode == 2
    assert "PYTHONIOENCODING" in result.stderr
    assert "Traceback" not in result.stderr
