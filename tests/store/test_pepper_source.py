"""The peppers of a process: fixed by its settings, or generated and read anew."""

from pathlib import Path

import pytest

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PepperKeyId
from bot.store.keys.key_replacement import finish_replacement
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.keys.open_key_store import resolve_peppers
from bot.store.pepper_source import PepperSource


def test_peppers_of_the_settings_stay(tmp_path: Path) -> None:
    """A generated one that appears later is not read."""
    source = PepperSource((b"new", b"old"))
    FolderKeyStore(tmp_path).get_or_create(PepperKeyId())

    assert source.reload() == source.known_peppers == (b"new", b"old")
    assert source.read_newest() == b"new"


def test_replaced_pepper_is_found_and_the_earlier_one_stays_known(tmp_path: Path) -> None:
    """At each step the newest encrypts, and both decrypt until the process ends."""
    key_store = FolderKeyStore(tmp_path)
    (old,) = resolve_peppers((), key_store)
    source = PepperSource((old,), key_store)
    new = key_store.get_or_create(PepperKeyId().next_id)
    known_before = source.known_peppers
    during = (source.read_newest(), source.known_peppers)
    finish_replacement(key_store, PepperKeyId())

    assert known_before == (old,)
    assert during == (new, (new, old))
    assert source.reload() == (new, old)


def test_known_pepper_encrypts_while_the_key_store_is_unavailable(tmp_path: Path) -> None:
    """What cannot be fetched again is stored all the same; reading anew is an error."""
    folder = tmp_path / "keys"
    key_store = FolderKeyStore(folder)
    source = PepperSource(resolve_peppers((), key_store), key_store)
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("a file in the place of the folder")

    assert source.read_newest() == source.known_peppers[0]
    with pytest.raises(KeyStoreUnavailableError):
        source.reload()
