"""An operator with an empty folder, and the files of a sound database."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.memory_folder import find_memory_folder
from tests.misconfigurations.operator import Operator


@pytest.fixture
def operator(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Operator]:
    """An operator whose folder every user of this machine may enter, which pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="attune-operator-", dir=find_memory_folder()))
    yield Operator(folder, monkeypatch, capsys)
    monkeypatch.undo()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated SQLite database without rows."""
    file = tmp_path_factory.mktemp("migrated") / "attune.sqlite"
    store = open_test_store(f"sqlite:///{file}", ())
    store.migrate()
    store.close_sync()
    return file


@pytest.fixture(scope="session")
def claimed_folder(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """A folder with a database that has claimed its key store, and with the keys."""
    folder = tmp_path_factory.mktemp("claimed")
    (folder / "data").mkdir(mode=0o700)
    shutil.copyfile(migrated_file, folder / "data/attune.sqlite")
    url = f"sqlite:///{folder}/data/attune.sqlite"
    store = Store.open(url, (b"p" * 32,), FolderKeyStore(folder / "keys"))
    store.claimed_key_store.acquire_claim(datetime.now(UTC))
    store.close_sync()
    return folder
