"""What a release changes in the project's files, and which version may be released."""

import re
from collections.abc import Iterable
from datetime import date

UNRELEASED = "## [Unreleased]"
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_RELEASED = re.compile(r"^## \[(\d+\.\d+\.\d+)\]", re.MULTILINE)
_STATEMENT = re.compile(r'^VERSION = "(.+)"$', re.MULTILINE)


class ReleaseRefusedError(Exception):
    """The release was not prepared, and nothing was changed; the message is for the maintainer."""


def parse_version(text: str) -> tuple[int, int, int]:
    """Return the numbers of a version; raise :class:`ReleaseRefusedError` for any other text."""
    match = _VERSION.fullmatch(text)
    if not match:
        raise ReleaseRefusedError(f"{text!r} is no version of the form 1.2.3")
    major, minor, patch = match.groups()
    return int(major), int(minor), int(patch)


def read_version(version_module: str) -> str:
    """Return the version that the text of ``bot/version.py`` states."""
    (version,) = _STATEMENT.findall(version_module)
    return str(version)


def require_newer_version(version: str, current: str, changelog: str, tags: Iterable[str]) -> None:
    """Raise :class:`ReleaseRefusedError` unless *version* is above every released one.

    The *current* version of the code may be released once; *tags* are those of the repository.
    """
    tagged = [tag.removeprefix("v") for tag in tags if _VERSION.fullmatch(tag.removeprefix("v"))]
    released = max(map(parse_version, [*_RELEASED.findall(changelog), *tagged]), default=None)
    if released and parse_version(version) <= released:
        newest = ".".join(map(str, released))
        raise ReleaseRefusedError(f"{version} is not newer than {newest}, which is released")
    if parse_version(version) < parse_version(current):
        raise ReleaseRefusedError(f"{version} is older than {current} in bot/version.py")


def move_unreleased_section(changelog: str, version: str, day: date) -> str:
    """Return *changelog* with its unreleased section under *version* and *day*.

    Raises :class:`ReleaseRefusedError` where nothing is in it.
    """
    head, separator, rest = changelog.partition(f"{UNRELEASED}\n")
    section = rest.partition("\n## [")[0]
    if not separator or not section.strip():
        raise ReleaseRefusedError(f"CHANGELOG.md has nothing under {UNRELEASED}")
    return f"{head}{UNRELEASED}\n\n## [{version}] - {day.isoformat()}\n{rest}"


def state_version(version_module: str, version: str) -> str:
    """Return the text of ``bot/version.py`` with another version."""
    return _STATEMENT.sub(f'VERSION = "{version}"', version_module)
