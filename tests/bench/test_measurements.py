"""Every measurement runs with tiny counts, so that none rots between two runs of `make bench`."""

import gc
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.bench import load
from tests.bench.bars import BARS
from tests.bench.conditions import Conditions, Scale
from tests.bench.figures import Figure
from tests.bench.registry import MEASUREMENTS
from tests.chat.slack.payloads import Payload
from tests.postgres import PostgresServer

TINY = Scale(20)

BARS_BY_MEASUREMENT: Mapping[str, tuple[str, ...]] = {
    "acknowledging": ("G1", "G3"),
    "size": ("G12",),
    "killing": ("G2",),
    "routing": ("G4",),
    "starting": ("G9",),
    "meanwhile": ("G10",),
    "closings": ("G11",),
    "reports": ("G7",),
    "planning": ("G8",),
    "sending": ("G5",),
    "killed": ("G6",),
    "answering": ("Teams",),
}

COUNTS_OF_FAULTS = (
    "lost_after_kill",
    "counted_twice",
    "sending_lost",
    "sending_twice",
    "killed_lost",
    "killed_twice",
    "planning_again",
    "applying_refused",
    "opening_refused",
    "closing_refused",
)
"""Figures that no load changes: they are 0 at any scale."""


@pytest.fixture(scope="module", autouse=True)
def _freeze_retained_objects() -> None:
    """Exclude what earlier tests of this process retain from the collections before each turn."""
    gc.collect()
    gc.freeze()


def measure(name: str, folder: Path, postgres: PostgresServer | None = None) -> list[Figure]:
    """Run a measurement with tiny counts, on PostgreSQL too where there is a server."""
    create_url = (lambda: postgres.database_url(postgres.create_database())) if postgres else None
    return MEASUREMENTS[name](Conditions(TINY, folder, create_url, forks=True))


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_measurement_yields_the_figures_of_its_bars(name: str, tmp_path: Path) -> None:
    """A tiny run has a figure for each bar of the measurement, and no fault."""
    figures = measure(name, tmp_path)
    names = {figure.name for figure in figures}

    assert {bar.figure for bar in BARS if bar.id in BARS_BY_MEASUREMENT[name]} - names == set()
    assert [f for f in figures if f.name in COUNTS_OF_FAULTS and f.median] == []
    assert all(figure.least <= figure.greatest for figure in figures)
    assert all(figure.note for figure in figures)


def test_every_bar_has_a_measurement() -> None:
    """No bar is printed as not measured in a complete run."""
    measured_ids = {bar_id for ids in BARS_BY_MEASUREMENT.values() for bar_id in ids}

    assert set(BARS_BY_MEASUREMENT) == set(MEASUREMENTS)
    assert {bar.id for bar in BARS} == measured_ids


def test_measurement_has_a_column_of_postgresql(tmp_path: Path, postgres: PostgresServer) -> None:
    """With a server, the figures of PostgreSQL are beside those of SQLite."""
    columns = {figure.column for figure in measure("killing", tmp_path, postgres)}

    assert columns == {"sqlite", "postgresql"}


def test_other_debriefs_in_the_place_of_retries_are_counted_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The measurement of kills notices debriefs beyond one for each form."""
    encode_request, form_numbers = load.encode_request, iter(range(10_000))

    def encode_another_form(payload: Payload, *, retry_number: int = 0) -> bytes:
        if retry_number:
            view = {**payload["view"], "id": f"V-other-{next(form_numbers)}"}
            payload = {**payload, "view": view}
        return encode_request(payload, retry_number=retry_number)

    monkeypatch.setattr(load, "encode_request", encode_another_form)
    figures = {figure.name: figure.median for figure in measure("killing", tmp_path)}

    assert figures["counted_twice"] >= figures["acknowledged_before_kill"] > 0
