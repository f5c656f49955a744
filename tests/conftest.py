"""Shared pytest fixtures and the option ``--without``, which deselects tests by program."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import needs
from tests.long_tests import find_kind, sort_longest_first, spread_tests
from tests.postgres import PostgresServer
from tests.traced_examples import CoverageTrace

settings.register_profile("attune", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("attune")
"""Deterministic examples without a deadline, on every machine; to search for new ones run
``pytest --hypothesis-profile=default``."""

# Modules that are imported and tests that are collected from here on are all retained: no garbage
# is collected until pytest_collection_finish.
gc.disable()

_MARKER_BY_FIXTURE = {
    "postgres": "postgresql",
    "postgres_url": "postgresql",
    "chromium": "chromium",
    "playground": "node",
    "axe_script": "node",
}
"""Marker added to each test that requests one of these fixtures, which need a program."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--without``, which ``make test WITHOUT=...`` passes on."""
    parser.addoption(
        "--without", default="", help=f"run no tests that need: {' '.join(needs.OPTIONAL_PROGRAMS)}"
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Print the excluded programs in the report's header."""
    without = str(config.getoption("--without"))
    return f"without: {without}" if without else "without: nothing"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Mark the tests that need a program, deselect those of the excluded ones, and sort the rest.

    Of parallel processes each begins with long tests of a kind of its own.
    """
    _deselect_excluded(config, items)
    yield
    process_count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if process_count > 1:
        folder = Path(__file__).parent
        sorted_items = sort_longest_first(items, lambda item: item.path.stem)
        items[:] = spread_tests(sorted_items, lambda item: find_kind(item, folder), process_count)


def _deselect_excluded(config: pytest.Config, items: list[pytest.Item]) -> None:
    without = str(config.getoption("--without")).split()
    if set(without) - set(needs.OPTIONAL_PROGRAMS):
        raise pytest.UsageError(f"--without takes {', '.join(needs.OPTIONAL_PROGRAMS)}")
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in _MARKER_BY_FIXTURE:
                item.add_marker(_MARKER_BY_FIXTURE[fixture])
    selected: list[pytest.Item] = []
    deselected: list[pytest.Item] = []
    for item in items:
        is_excluded = any(map(item.get_closest_marker, without))
        (deselected if is_excluded else selected).append(item)
    items[:] = selected
    config.hook.pytest_deselected(items=deselected)


_COVERAGE_TRACE = CoverageTrace()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Measure the coverage of a test, unless it is marked ``no_cover``.

    The mark is for what would execute traced lines again and again: tracing makes it two to four
    times as long. pytest-cov stops its measurement for such a test, which in a parallel process
    resumes another one, and starts it afterwards.
    """
    _COVERAGE_TRACE.pause()
    if pyfuncitem.get_closest_marker("no_cover"):
        return (yield)
    with _COVERAGE_TRACE.measure_test(pyfuncitem.obj):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    """Measure the coverage of a fixture."""
    with _COVERAGE_TRACE.measure():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Trace nothing until the next test."""
    _COVERAGE_TRACE.pause()


def pytest_collection_finish() -> None:
    """Exclude modules and collected tests, which are never freed, from garbage collection.

    Scanning them again and again took a seventh of the tests' time. Until here coverage is
    measured of modules while they are imported.
    """
    gc.enable()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    _COVERAGE_TRACE.pause()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole session, with its files in a temporary directory."""
    cluster = PostgresServer()
    cluster.start()
    yield cluster
    cluster.stop()
    cluster.delete_files()


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated database without rows, which is copied faster than migrated."""
    return postgres.migrate_template()


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> Iterator[str]:
    """The name of a new, empty PostgreSQL database, which is dropped after the test."""
    name = postgres.create_database()
    yield name
    postgres.drop_database(name)


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_database: str) -> str:
    """The URL of a new, empty PostgreSQL database.

    A fixture that requests it at run time (``request.getfixturevalue``) marks the parameter with
    ``pytest.mark.postgresql`` itself.
    """
    return postgres.database_url(postgres_database)


@pytest.fixture
def migrated_postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The URL of a new PostgreSQL database with every table and no row."""
    name = postgres.create_database(postgres_template)
    yield postgres.database_url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the Chromium executable that opens the sandbox."""
    path = needs.find_chromium()
    if path is None:
        raise RuntimeError(needs.installation_advice(["chromium"]))
    return str(path)
