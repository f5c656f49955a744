"""Faults of the key store's folder, and of the folders that hold the database or the releases."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.misconfigurations.database_cases import copy_sound, create_empty
from tests.misconfigurations.operator import Case

KeyPreparation = Callable[[Path, Path], None]
"""Prepares a folder of a case, from a folder with a claimed database and its keys."""


def empty_keys(folder: Path, claimed: Path) -> None:
    """Copy the claimed database beside an empty folder of keys, as an unmounted volume is."""
    _copy_database(folder, claimed)
    (folder / "keys").mkdir()


def swap_keys(folder: Path, claimed: Path) -> None:
    """Copy the keys of the claimed database beside a new, empty one."""
    (folder / "data").mkdir()
    create_empty(folder / "data/attune.sqlite", claimed)
    shutil.copytree(claimed / "keys", folder / "keys")


def put_file(folder: Path, claimed: Path) -> None:
    """Put a file in the place of the folder of keys."""
    _copy_database(folder, claimed)
    (folder / "keys").write_text("canary")


def damage_claim(folder: Path, claimed: Path) -> None:
    """Overwrite the claim in the folder of keys."""
    _copy_database(folder, claimed)
    shutil.copytree(claimed / "keys", folder / "keys")
    (folder / "keys/claim").write_bytes(b"canary")


def forbid_keys(folder: Path, claimed: Path) -> None:
    """Put a folder of keys that nobody may enter beside the database."""
    _copy_database(folder, claimed)
    (folder / "data").chmod(0o777)
    (folder / "data/attune.sqlite").chmod(0o666)
    (folder / "keys").mkdir(mode=0)


def _copy_database(folder: Path, claimed: Path) -> None:
    (folder / "data").mkdir()
    copy_sound(folder / "data/attune.sqlite", claimed / "data/attune.sqlite")


LOST, FOREIGN = "Perhaps its volume is not mounted", "holds the keys of another database"
UNAVAILABLE = "belongs to the bot's user"

KEY_FAULTS: tuple[tuple[KeyPreparation, str, tuple[str, ...]], ...] = (
    (empty_keys, f"{LOST}. Put the keys back; or start once with --without-keys", ("web",)),
    (empty_keys, f"{LOST}. Put the keys back and run the command again", ("migrate",)),
    (empty_keys, f"{LOST}. Put the keys back and run the command again", ("team", "apply", "x")),
    (swap_keys, FOREIGN, ("web",)),
    (swap_keys, FOREIGN, ("migrate",)),
    (put_file, UNAVAILABLE, ("web",)),
    (put_file, UNAVAILABLE, ("deliveries",)),
    (damage_claim, UNAVAILABLE, ("web",)),
    (damage_claim, UNAVAILABLE, ("doctor",)),
    (put_file, UNAVAILABLE, ("doctor",)),
    (forbid_keys, UNAVAILABLE, ("doctor",)),
    (forbid_keys, UNAVAILABLE, ("web",)),
)


def build_key_cases(claimed: Path) -> tuple[Case, ...]:
    """Return a case for each fault of the keys."""
    return tuple(
        _build_key_case(claimed, prepare, sentence, verb) for prepare, sentence, verb in KEY_FAULTS
    )


def _build_key_case(
    claimed: Path, prepare: KeyPreparation, sentence: str, verb: tuple[str, ...]
) -> Case:
    return Case(
        f"{prepare.__name__} for {verb[0]}",
        verb,
        "Mend: " if verb == ("doctor",) else "- KEYS: ",
        sentence,
        prepare=lambda folder: prepare(folder, claimed),
        status=1 if verb == ("doctor",) else 2,
        is_unprivileged=prepare is forbid_keys,
    )


def put_file_above(folder: Path) -> None:
    """Put a file in the place of the database's folder."""
    (folder / "data").write_text("canary")


def forbid_folder(folder: Path) -> None:
    """Let nobody but root write the folder of the case."""
    folder.chmod(0o755)


FOLDER_CASES = (
    *(
        Case(
            f"file above the database for {verb[0]}",
            verb,
            "DATABASE_URL",
            "names a file that cannot be created",
            prepare=put_file_above,
            status=1 if verb == ("doctor",) else 2,
        )
        for verb in (("web",), ("migrate",), ("doctor",), ("deliveries",))
    ),
    *(
        Case(
            f"unwritable folder for {verb[0]}",
            verb,
            place,
            sentence,
            {"KEYS": keys},
            prepare=forbid_folder,
            status=1 if verb == ("doctor",) else 2,
            is_unprivileged=True,
        )
        for verb, keys, place, sentence in (
            (("web",), "{folder}/keys", "DATABASE_URL", "the bot's user may write"),
            (("migrate",), "{folder}/keys", "DATABASE_URL", "the bot's user may write"),
            (("doctor",), "{folder}/keys", "DATABASE_URL", "the bot's user may write"),
            (("doctor",), "{folder}/keys", "/keys)", UNAVAILABLE),
        )
    ),
)
