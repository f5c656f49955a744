"""The engines of a process share their compiled statements."""

from pathlib import Path

from sqlalchemy import select

from bot.store.engines import Engines, open_engines
from bot.store.schema import teams
from bot.store.statement_cache import StatementCache


def open_with_cache(file: Path, cache: StatementCache) -> Engines:
    """Open the engines of a database with the one table, and with *cache*."""
    engines = open_engines(f"sqlite:///{file}")
    for engine in engines:
        engine.update_execution_options(compiled_cache=cache)
    with engines.writer.begin() as connection:
        teams.create(connection)
    return engines


def test_a_statement_is_compiled_once_for_every_engine(tmp_path: Path) -> None:
    """The statement of a writer is not compiled again for a reader or for another database."""
    cache = StatementCache(10)
    first, second = (open_with_cache(tmp_path / name, cache) for name in ("first", "second"))

    for engine in (*first, *second):
        with engine.begin() as connection:
            assert connection.execute(select(teams.c.id)).all() == []

    assert len(cache) == 1
    first.dispose()
    second.dispose()


def test_other_versions_of_a_server_have_statements_of_their_own(tmp_path: Path) -> None:
    """The same statement is compiled again for a server of another version."""
    cache = StatementCache(10)
    engines = open_with_cache(tmp_path / "database", cache)
    query = select(teams.c.id)
    for version in ((3, 40), (3, 41)):
        engines.reader.dialect.server_version_info = version
        with engines.reader.begin() as connection:
            connection.execute(query)

    assert len(cache) == 2
    engines.dispose()


def test_every_engine_of_a_store_uses_the_shared_cache(tmp_path: Path) -> None:
    """Engines that are opened one after the other have one and the same cache."""
    engine_pairs = [open_engines(f"sqlite:///{tmp_path}/{name}") for name in ("first", "second")]
    caches = {
        id(engine.get_execution_options()["compiled_cache"])
        for pair in engine_pairs
        for engine in pair
    }

    assert len(caches) == 1
    for engines in engine_pairs:
        engines.dispose()
