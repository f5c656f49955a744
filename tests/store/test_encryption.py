import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.store import Store
from tests.store.conftest import PEPPERS

SECRET = {"token": "xoxe.xoxb-canary", "refresh": "xoxe-canary"}


async def test_what_was_sealed_is_found_again(store: Store) -> None:
    """The newest stays, under its own name."""
    await store.write(lambda repos: repos.secret_cipher.encrypt("slack", {"token": "old"}))
    await store.write(lambda repos: repos.secret_cipher.encrypt("slack", SECRET))

    assert await store.read(lambda repos: repos.secret_cipher.decrypt("slack")) == SECRET
    assert await store.read(lambda repos: repos.secret_cipher.decrypt("other")) is None


async def test_a_copy_without_the_pepper_opens_nothing(tmp_path: Path) -> None:
    """Neither the file's bytes nor another pepper give a token away; an older pepper opens it."""
    url = f"sqlite:///{tmp_path}/attune.sqlite"
    store = Store.open(url, PEPPERS[1:])
    store.migrate()
    await store.write(lambda repos: repos.secret_cipher.encrypt("slack", SECRET))
    await store.close()

    with closing(sqlite3.connect(tmp_path / "attune.sqlite")) as database:
        assert "canary" not in "\n".join(database.iterdump())
    for peppers, opened in ((PEPPERS, SECRET), ((b"x" * 32,), None), ((), None)):
        other = Store.open(url, peppers)
        assert await other.read(lambda repos: repos.secret_cipher.decrypt("slack")) == opened
        await other.close()
