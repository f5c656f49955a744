"""What every test may ask for, and how to run without PostgreSQL or Chromium."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import needs
from tests.postgres import PostgresServer

settings.register_profile("attune", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("attune")
"""The same examples on every machine, however busy it is; to look for new ones:
``pytest --hypothesis-profile=default``."""

_MARKER_BY_FIXTURE = {
    "postgres": "postgresql",
    "postgres_url": "postgresql",
    "chromium": "chromium",
    "playground": "node",
}
"""Fixtures that need a program: who asks for one gets its marker."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--without``, which `make test WITHOUT=...` passes on."""
    parser.addoption(
        "--without", default="", help=f"run no tests that need: {' '.join(needs.OPTIONAL_PROGRAMS)}"
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Say on top what this run does without."""
    without = str(config.getoption("--without"))
    return f"without: {without}" if without else "without: nothing"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and count as deselected, what needs a program this run does without."""
    without = str(config.getoption("--without")).split()
    if set(without) - set(needs.OPTIONAL_PROGRAMS):
        raise pytest.UsageError(f"--without takes {', '.join(needs.OPTIONAL_PROGRAMS)}")
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in _MARKER_BY_FIXTURE:
                item.add_marker(_MARKER_BY_FIXTURE[fixture])
    left_out = [item for item in items if any(map(item.get_closest_marker, without))]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own, for as long as the tests run."""
    cluster = PostgresServer()
    cluster.start()
    yield cluster
    cluster.stop()
    cluster.delete_files()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """The address of an empty PostgreSQL database that no other test has seen.

    A fixture that asks for it by name at run time (``request.getfixturevalue``) marks that
    parameter with ``pytest.mark.postgresql`` itself.
    """
    return postgres.database_url(postgres.create_database())


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser to open the practice workspace in."""
    path = needs.find_chromium()
    if path is None:
        raise RuntimeError(needs.installation_advice(["chromium"]))
    return str(path)
