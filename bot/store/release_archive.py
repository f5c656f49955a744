"""Published tables as files outside the database, so that a restored database loses none."""

import json
import logging
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path

from bot.store.repositories.releases import Release, ReleaseKey

logger = logging.getLogger("attune.releases")

_NAME_PATTERN = re.compile(
    r"(?P<closes>\d{4}-\d{2}-\d{2})-(?:total|breakdown)-(?P<unit>[0-9a-f]{16})\.json"
)


class ReleaseArchive:
    """A folder with one JSON file a release: its row and nothing else.

    A file is written once and never changed: a table that was published stays as it was read,
    also where a restored database has another one.
    """

    def __init__(self, folder: Path) -> None:
        """Use *folder*, which the first file creates with mode 0700."""
        self._folder = folder

    def find_missing(self, keys: Iterable[ReleaseKey]) -> frozenset[ReleaseKey]:
        """Return those of *keys* whose release has no file."""
        present = set(self._list_names())
        return frozenset(key for key in keys if _file_name(key) not in present)

    def build_unit_check(self) -> Callable[[str], bool]:
        """Read which units have a file now; return the test of one, which reads no folder.

        Raises :class:`OSError` for a folder that cannot be read.
        """
        digests = frozenset(map(_read_digest, self._list_names()))
        return lambda unit: _digest_unit(unit) in digests

    def write_missing(self, releases: Iterable[Release]) -> int:
        """Write the *releases* that have no file yet, durably, and return how many.

        Raises :class:`OSError` where a file cannot be written; those before it are.
        """
        present = set(self._list_names())
        missing = {name: item for item in releases if (name := _file_name(item.key)) not in present}
        for name, release in missing.items():
            self._write_file(name, release)
        return len(missing)

    def delete_before(self, cutoff: date) -> int:
        """Delete the files of periods closed before *cutoff* and return how many."""
        expired = [
            name
            for name in self._list_names()
            if (match := _NAME_PATTERN.fullmatch(name)) and match["closes"] < cutoff.isoformat()
        ]
        for name in expired:
            (self._folder / name).unlink(missing_ok=True)
        return len(expired)

    def delete_expired(
        self, known_units: Collection[str], latest: date, find_cutoff: Callable[[str], date]
    ) -> int:
        """Delete the files of units whose period closed before the cutoff of each.

        *latest* is the latest of all cutoffs. The file of a unit that is none of *known_units* is
        read; one that cannot be read stays until :meth:`delete_before` deletes it. Returns how
        many were deleted.
        """
        candidates = [name for name in self._list_names() if name < latest.isoformat()]
        units = {_digest_unit(unit): unit for unit in known_units} if candidates else {}
        deleted_count = 0
        for name in candidates:
            unit = units.get(_read_digest(name)) or self._find_unit(name)
            if unit and name < find_cutoff(unit).isoformat():
                (self._folder / name).unlink(missing_ok=True)
                deleted_count += 1
        return deleted_count

    def _find_unit(self, name: str) -> str:
        """Return the unit that the file says, ``""`` where it cannot be read."""
        try:
            return self._read_unit(name)
        except (OSError, ValueError, LookupError, TypeError):
            return ""

    def delete_units(
        self, known_units: Collection[str], is_deletable: Callable[[str], bool]
    ) -> int:
        """Delete the files of *known_units*, and of other units for which *is_deletable* is true.

        A file's name has a digest of its unit, so that those of *known_units* are not read. The
        others are: one that another process deletes meanwhile is skipped, and one that cannot be
        read, which no unit is known of, stays and is logged. Returns how many were deleted. Raises
        :class:`OSError` for one that cannot be deleted.
        """
        digests, unreadable_count = frozenset(map(_digest_unit, known_units)), 0
        names_to_delete = []
        for name in self._list_names():
            if _read_digest(name) in digests:
                names_to_delete.append(name)
                continue
            try:
                if is_deletable(self._read_unit(name)):
                    names_to_delete.append(name)
            except FileNotFoundError:
                continue
            except (OSError, ValueError, LookupError, TypeError):
                unreadable_count += 1
        for name in names_to_delete:
            (self._folder / name).unlink(missing_ok=True)
        if unreadable_count:
            facts = {"action": "releases.unreadable", "count": unreadable_count}
            logger.warning("releases.unreadable", extra=facts)
        return len(names_to_delete)

    def _read_unit(self, name: str) -> str:
        content = json.loads((self._folder / name).read_text("utf-8"))
        return str(content["unit"])

    def _list_names(self) -> list[str]:
        try:
            names = [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        return [name for name in names if _NAME_PATTERN.fullmatch(name)]

    def _write_file(self, name: str, release: Release) -> None:
        """Write a temporary file, synchronize it, and rename it to its name."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self._folder / f".{name}.{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            with os.fdopen(os.open(temporary, flags, 0o600), "w", encoding="utf-8") as file:
                json.dump(_to_json(release), file, ensure_ascii=False, indent=2)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(self._folder / name)
            self._synchronize_folder()
        finally:
            temporary.unlink(missing_ok=True)

    def _synchronize_folder(self) -> None:
        """Write the folder's entries to the disk, so that a file survives a power cut."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _to_json(release: Release) -> dict[str, object]:
    """Return the columns of the release's row, with the body parsed."""
    return {
        "ledger": release.ledger,
        "unit": release.unit,
        "opens": release.opens.isoformat(),
        "closes": release.closes.isoformat(),
        "cap": release.cap,
        "question": release.question,
        "table": json.loads(release.table.json_body),
    }


def _file_name(key: ReleaseKey) -> str:
    """Return the name of a release's file, which begins with the day of its publication."""
    return f"{key.closes.isoformat()}-{key.ledger}-{_digest_unit(key.unit)}.json"


def _digest_unit(unit: str) -> str:
    return sha256(unit.encode()).hexdigest()[:16]


def _read_digest(name: str) -> str:
    """Return the digest of the unit in the name of a file, ``""`` for another file's name."""
    match = _NAME_PATTERN.fullmatch(name)
    return match["unit"] if match else ""
