import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
PLACE = re.compile(
    r"`((?:bot|handlers|schedules|tests|docs|\.ci)/[\w./-]*|[\w.-]+\.(?:md|toml|in|lock))`"
)
CODE = re.compile(r"^```sh\n.+?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
RULE = re.compile(r"^([a-z-]+):", re.MULTILINE)
TARGET = re.compile(r"\bmake ([a-z-]+)")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    """Whoever follows a document finds the files that it sends them to."""
    named = set(PLACE.findall((ROOT / document).read_text(encoding="utf-8")))

    assert {place for place in named if not (ROOT / place).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_a_document_names_works(document: str) -> None:
    """Each `make` command in a document is one that the Makefile knows."""
    code = CODE.findall((ROOT / document).read_text(encoding="utf-8"))
    known = RULE.findall((ROOT / "Makefile").read_text(encoding="utf-8"))

    assert set(TARGET.findall("\n".join(code))) <= set(known)


def test_the_example_for_contributors_runs(tmp_path: Path) -> None:
    """Whoever copies the example sees a guide and a published table, with no warning."""
    document = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.+?)^```", document, re.MULTILINE | re.DOTALL)

    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("Form(name='guide'") == 4
    assert "told on April 6, 2026" in result.stdout
