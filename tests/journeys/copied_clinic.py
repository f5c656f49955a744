"""Copies of an installation with its database, keys and published tables, on either database."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, delete, make_url

from bot.store.key_claims import KeyClaims
from bot.store.keys.database_key_store import period_keys
from bot.store.keys.open_key_store import open_key_store
from bot.store.row_security import begin_across_workspaces
from bot.store.store import Store
from tests.doubles import FakeClock
from tests.journeys.botprocess import PEPPER
from tests.journeys.operated_clinic import Journey

_CLAIM_NAME = "claim"
"""Name of the file, or of the row, by which a key store knows its database."""

_ADDRESSES = ("DATABASE_URL", "KEYS")


@contextmanager
def copy_installation(journey: Journey) -> Iterator[Journey]:
    """Copy database, keys and tables, which are used by the copy alone, and delete it at the end.

    The copy's keys know the copied database as theirs: as an upgrade in place would have it. No
    process is connected to the database of *journey*.
    """
    with tempfile.TemporaryDirectory(dir=journey.folder.parent) as folder:
        copy = Journey(
            Path(folder),
            "",
            "",
            journey.team_count,
            server=journey.server,
            clock=FakeClock(journey.clock()),
            catalogue=journey.catalogue,
            sent=[*journey.sent],
            form_number=journey.form_number,
        )
        shutil.copytree(journey.environment["RELEASES_FOLDER"], copy.environment["RELEASES_FOLDER"])
        if journey.uses_sqlite:
            shutil.copytree(journey.database_file.parent, copy.database_file.parent)
            shutil.copytree(journey.environment["KEYS"], copy.environment["KEYS"])
        else:
            _copy_databases(journey, copy)
        store = open_store(copy)
        with begin_across_workspaces(store._engines.writer) as connection:
            KeyClaims(store.key_store).take_over(connection)
        store.close_sync()
        yield copy
        if not copy.uses_sqlite:
            _drop_databases(copy)


def open_store(journey: Journey) -> Store:
    """Open the database of *journey* with its keys."""
    keys = open_key_store(journey.environment["KEYS"])
    return Store.open(journey.environment["DATABASE_URL"], (PEPPER.encode(),), keys)


def delete_claim(journey: Journey) -> None:
    """Delete the claim of the key store, which no release before claims has written."""
    if journey.uses_sqlite:
        (Path(journey.environment["KEYS"]) / _CLAIM_NAME).unlink()
        return
    engine = create_engine(journey.environment["KEYS"])
    with engine.begin() as connection:
        connection.execute(delete(period_keys).where(period_keys.c.name == _CLAIM_NAME))
    engine.dispose()


def _copy_databases(journey: Journey, copy: Journey) -> None:
    """Copy the database, and that of the keys, on the same server."""
    assert journey.server is not None
    for setting in _ADDRESSES:
        name = journey.server.create_database(_find_name(journey, setting))
        copy.environment[setting] = journey.server.database_url(name)


def _drop_databases(copy: Journey) -> None:
    assert copy.server is not None
    for setting in _ADDRESSES:
        copy.server.drop_database(_find_name(copy, setting))


def _find_name(journey: Journey, setting: str) -> str:
    name = make_url(journey.environment[setting]).database
    assert name is not None
    return name
