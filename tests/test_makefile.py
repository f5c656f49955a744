"""Targets of the Makefile that end without an installation."""

import os
import shutil
import subprocess

from tests.sources import ROOT


def run_make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as from a shell, not as from the make that runs the tests; return its result."""
    command = [shutil.which("make") or "make", "--no-print-directory", *arguments]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        command, cwd=ROOT, env=inherited, capture_output=True, text=True, check=False
    )


def test_an_absent_python_is_named() -> None:
    """`make pythons` names each Python that is not installed, and fails if none passed."""
    result = run_make("pythons", "PYTHONS=3.98 3.99")

    assert result.returncode == 2
    assert result.stdout == "passed: none; failed: none; not installed: 3.98 3.99\n"


def test_a_release_needs_a_version() -> None:
    """`make release` without one is refused before git is asked anything."""
    result = run_make("release")

    assert result.returncode == 2
    assert "'' is no version of the form 1.2.3" in result.stderr
