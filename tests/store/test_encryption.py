import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.store import Store
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS

SECRET = {"token": "xoxe.xoxb-canary", "refresh": "xoxe-canary"}


async def test_encrypted_secret_is_decrypted(store: Store) -> None:
    """The latest value is decrypted, under its own name only."""
    await store.across_workspaces.write(
        lambda repos: repos.secret_cipher.encrypt("slack", {"token": "old"})
    )
    await store.across_workspaces.write(lambda repos: repos.secret_cipher.encrypt("slack", SECRET))

    assert (
        await store.across_workspaces.read(lambda repos: repos.secret_cipher.decrypt("slack"))
        == SECRET
    )
    assert (
        await store.across_workspaces.read(lambda repos: repos.secret_cipher.decrypt("other"))
        is None
    )


async def test_database_copy_without_the_pepper_decrypts_nothing(tmp_path: Path) -> None:
    """The database has no plaintext, and only a pepper that encrypted a value decrypts it."""
    url = f"sqlite:///{tmp_path}/attune.sqlite"
    store = open_test_store(url, PEPPERS[1:])
    store.migrate()
    await store.across_workspaces.write(lambda repos: repos.secret_cipher.encrypt("slack", SECRET))
    await store.close()

    with closing(sqlite3.connect(tmp_path / "attune.sqlite")) as database:
        assert "canary" not in "\n".join(database.iterdump())
    for peppers, decrypted in ((PEPPERS, SECRET), ((b"x" * 32,), None), ((), None)):
        other = open_test_store(url, peppers)
        assert (
            await other.across_workspaces.read(lambda repos: repos.secret_cipher.decrypt("slack"))
            == decrypted
        )
        await other.close()


async def test_pepper_that_decrypts_nothing_is_wrong(tmp_path: Path) -> None:
    """Without a secret no pepper is wrong; an older one beside a newer one is right."""
    url = f"sqlite:///{tmp_path}/attune.sqlite"
    store = open_test_store(url, PEPPERS[1:])
    store.migrate()
    verdicts = [store.read_sync(lambda repos: repos.secret_cipher.has_wrong_pepper())]
    await store.across_workspaces.write(lambda repos: repos.secret_cipher.encrypt("slack", SECRET))
    await store.close()
    for peppers in (PEPPERS, (b"x" * 32,)):
        other = open_test_store(url, peppers)
        verdicts.append(other.read_sync(lambda repos: repos.secret_cipher.has_wrong_pepper()))
        await other.close()

    assert verdicts == [False, False, True]


async def test_mark_of_the_running_bot_decides_which_pepper_is_wrong(tmp_path: Path) -> None:
    """A secret that another pepper decrypts, left from before, makes that pepper not right."""
    url = f"sqlite:///{tmp_path}/attune.sqlite"
    new, old = PEPPERS[0], b"x" * 32
    store = open_test_store(url, (old,))
    store.migrate()
    await store.across_workspaces.write(lambda repos: repos.secret_cipher.encrypt("slack", SECRET))
    await store.close()
    marks, verdicts = [], []
    for peppers in ((old,), (new,), (new, old)):
        other = open_test_store(url, peppers)
        marks += [
            await other.across_workspaces.write(lambda repos: repos.secret_cipher.mark_pepper())
            for _ in range(2)
        ]
        await other.close()
    for peppers in ((old,), (new,), (new, old), (old, new)):
        other = open_test_store(url, peppers)
        verdicts.append(other.read_sync(lambda repos: repos.secret_cipher.has_wrong_pepper()))
        await other.close()

    assert marks == [True, False, True, False, False, False]
    assert verdicts == [True, False, False, False]


async def test_store_without_a_pepper_marks_none(tmp_path: Path) -> None:
    """Nothing can be encrypted without a pepper."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())

    assert not await store.across_workspaces.write(lambda repos: repos.secret_cipher.mark_pepper())
    await store.close()
