"""The git repository of a release: its state, the commit with its tag, and the files of a tag."""

import gzip
import hashlib
import io
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

from tests.packaging import release_rules, sbom
from tests.packaging.release_rules import ReleaseRefusedError

_CHANGELOG = "CHANGELOG.md"
_VERSION_FILE = "bot/version.py"
_CHANGED_FILES = (_CHANGELOG, _VERSION_FILE)
_SETTINGS = ("tar.umask=0022", "core.autocrlf=false")
"""Settings of git that would otherwise be those of the machine, and in the bytes of an archive."""


def run_git(root: Path, *arguments: str) -> bytes:
    """Run git in *root* and return its output; raise :class:`ReleaseRefusedError` if it fails."""
    options = [part for setting in _SETTINGS for part in ("-c", setting)]
    command = ["git", *options, *arguments]
    result = subprocess.run(command, cwd=root, capture_output=True, check=False)
    if result.returncode:
        message = result.stderr.decode(errors="replace").strip()
        raise ReleaseRefusedError(f"git {arguments[0]}: {message}")
    return result.stdout


def prepare_release(root: Path, version: str, day: date) -> str:
    """Commit the release of *version* on *day* in *root*, tag it, and return the tag.

    Nothing is sent anywhere. Raises :class:`ReleaseRefusedError`, and changes nothing then, for
    uncommitted changes, a version that is not newer, and an empty section of the changelog.
    """
    release_rules.parse_version(version)
    if run_git(root, "status", "--porcelain").strip():
        raise ReleaseRefusedError("the working tree has changes; commit or stash them first")
    changelog = (root / _CHANGELOG).read_text(encoding="utf-8")
    version_module = (root / _VERSION_FILE).read_text(encoding="utf-8")
    tags = run_git(root, "tag", "--list").decode().split()
    current = release_rules.read_version(version_module)
    release_rules.require_newer_version(version, current, changelog, tags)
    new_changelog = release_rules.move_unreleased_section(changelog, version, day)
    (root / _CHANGELOG).write_text(new_changelog, encoding="utf-8")
    new_module = release_rules.state_version(version_module, version)
    (root / _VERSION_FILE).write_text(new_module, encoding="utf-8")
    tag = f"v{version}"
    try:
        run_git(root, "commit", "--quiet", "-m", f"Release {version}", "--", *_CHANGED_FILES)
        run_git(root, "tag", "--annotate", tag, "-m", f"Attune {version}")
    except ReleaseRefusedError:
        (root / _CHANGELOG).write_text(changelog, encoding="utf-8")
        (root / _VERSION_FILE).write_text(version_module, encoding="utf-8")
        raise
    return tag


def write_release_files(root: Path, tag: str, folder: Path) -> tuple[Path, ...]:
    """Write the archive, the bill of materials and their checksums of *tag*, and return the paths.

    The same tag gives the same bytes, whatever the working tree, the clock and git's settings are.
    """
    version = tag.removeprefix("v")
    release_rules.parse_version(version)
    prefix = f"--prefix=attune-{version}/"
    archive = run_git(root, "archive", "--format=tar", prefix, f"refs/tags/{tag}")
    seconds = int(run_git(root, "log", "-1", "--format=%ct", f"refs/tags/{tag}"))
    texts = {
        name: run_git(root, "show", f"refs/tags/{tag}:{name}").decode()
        for name in (*sbom.SCOPE_BY_LOCK, "requirements.in")
    }
    document = sbom.build_sbom(version, datetime.fromtimestamp(seconds, UTC), texts)
    contents = {
        f"attune-{version}.tar.gz": _compress(archive),
        f"attune-{version}.cdx.json": document.encode(),
    }
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**contents, "SHA256SUMS": sums.encode()}.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in (*contents, "SHA256SUMS"))


def _compress(content: bytes) -> bytes:
    """Return *content* compressed, without a name or a time in the header."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as compressed:
        compressed.write(content)
    return buffer.getvalue()
