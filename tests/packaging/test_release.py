"""A release is prepared by one command, in a repository of its own with this project's files."""

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
from datetime import date
from pathlib import Path

import pytest

from tests.packaging import sbom
from tests.packaging.release_rules import (
    UNRELEASED,
    ReleaseRefusedError,
    move_unreleased_section,
    require_newer_version,
)
from tests.packaging.repository import write_release_files
from tests.sources import ROOT

FILES = ("bot/version.py", "CHANGELOG.md", "LICENSE", "requirements.in", *sbom.SCOPE_BY_LOCK)
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_NAME": "Invented Maintainer" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "maintainer@attune.example" for who in ("AUTHOR", "COMMITTER")},
}
NOTE = "- Something that people notice."


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the project's files that a release reads, and a line in its changelog."""
    root = tmp_path / "scratch"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((ROOT / name).read_bytes())
    (root / ".gitignore").write_text("var/\n")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    noted = changelog.replace(UNRELEASED, f"{UNRELEASED}\n\n{NOTE}", 1)
    (root / "CHANGELOG.md").write_text(noted, encoding="utf-8")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Begin"]):
        run_git(root, *command)
    return root


def run_git(root: Path, *arguments: str) -> str:
    """Run git in the scratch repository, and return its output."""
    command = ["git", *arguments]
    result = subprocess.run(command, cwd=root, env=ENVIRONMENT, capture_output=True, check=True)
    return result.stdout.decode()


def run_release(root: Path, step: str, version: str) -> subprocess.CompletedProcess[str]:
    """Run the command of `make release` in the scratch repository."""
    command = [sys.executable, "-m", "tests.packaging", step, version]
    return subprocess.run(
        command, cwd=root, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def read_files(root: Path, version: str) -> dict[str, bytes]:
    """Return the written files of a release by name."""
    folder = root / "var/releases" / version
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_release_is_one_commit_with_a_tag_and_files(repository: Path) -> None:
    """The changelog has its section, the code its version; the checksums are those of the files."""
    result = run_release(repository, "prepare", "9.8.7")

    assert (result.returncode, result.stderr) == (0, "")
    assert run_git(repository, "status", "--porcelain") == ""
    assert run_git(repository, "cat-file", "-t", "v9.8.7") == "tag\n"
    changed = run_git(repository, "show", "--name-only", "--format=%s", "v9.8.7^{commit}")
    assert changed.split("\n") == ["Release 9.8.7", "", "CHANGELOG.md", "bot/version.py", ""]
    changelog = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"{UNRELEASED}\n\n## [9.8.7] - 2" in changelog
    assert changelog.index("## [9.8.7]") < changelog.index(NOTE)
    assert 'VERSION = "9.8.7"' in (repository / "bot/version.py").read_text()
    files = read_files(repository, "9.8.7")
    sums = dict(line.split("  ")[::-1] for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert set(files) == {"attune-9.8.7.tar.gz", "attune-9.8.7.cdx.json"}
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(files["attune-9.8.7.tar.gz"]))) as archive:
        names = set(archive.getnames())
    assert names >= {f"attune-9.8.7/{name}" for name in FILES}


def test_the_files_of_a_tag_have_the_same_bytes_again(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever changed in the working tree, in git's settings and the time zone meanwhile."""
    run_release(repository, "prepare", "9.8.7")
    (repository / "requirements.lock").write_text("changed==1\n")
    run_git(repository, "config", "tar.umask", "0077")
    monkeypatch.setenv("TZ", "Asia/Shanghai")

    write_release_files(repository, "v9.8.7", tmp_path / "again")

    again = {path.name: path.read_bytes() for path in sorted((tmp_path / "again").iterdir())}
    assert again == read_files(repository, "9.8.7")


@pytest.mark.parametrize(
    ("version", "word"),
    [("0.0.1", "older than"), ("1.0", "of the form"), ("01.2.3", "of the form"), ("", "form")],
)
def test_a_wrong_version_is_refused(repository: Path, version: str, word: str) -> None:
    """It ends with one sentence and status 2, and changes nothing."""
    result = run_release(repository, "prepare", version)

    assert (result.returncode, result.stdout) == (2, "")
    assert word in result.stderr
    assert run_git(repository, "status", "--porcelain") + run_git(repository, "tag") == ""


def test_a_changed_tree_is_refused(repository: Path) -> None:
    """A file that nobody committed, even a new one, stops the release."""
    (repository / "new").write_text("")

    result = run_release(repository, "prepare", "9.8.7")

    assert result.returncode == 2
    assert "changes" in result.stderr
    assert run_git(repository, "tag") == ""


def test_a_released_version_is_not_released_again() -> None:
    """Neither one of the changelog or of a tag, nor one below it; that of the code once."""
    require_newer_version("1.0.0", "1.0.0", "## [0.9.0] - 2026-01-01\n", ["v0.9.1", "other"])
    for changelog, tags in (("## [1.0.0] - 2026-01-01\n", []), ("", ["v1.0.0"]), ("", ["v1.10.0"])):
        with pytest.raises(ReleaseRefusedError, match="not newer"):
            require_newer_version("1.0.0", "1.0.0", changelog, tags)


def test_an_empty_section_is_no_release() -> None:
    """A changelog without a line since the last release stops the release."""
    changelog = f"# Changelog\n\n{UNRELEASED}\n\n## [0.1.0] - 2026-01-01\n\n- A line.\n"

    with pytest.raises(ReleaseRefusedError, match="nothing under"):
        move_unreleased_section(changelog, "0.2.0", date(2026, 1, 2))
