"""The measurement of an upgrade migrates what it counts."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from bot.store.schema import period_members
from tests import upgrade_cost


def test_an_upgrade_of_a_few_rows_is_measured(tmp_path: Path) -> None:
    """Each person on a list is on the frozen lists of both open periods afterwards."""
    seconds, size = upgrade_cost.measure_upgrade(tmp_path, 2, 16)

    assert seconds > 0
    assert size > 0
    with create_engine(f"sqlite:///{tmp_path}/attune.sqlite").connect() as connection:
        assert connection.scalar(select(func.count()).select_from(period_members)) == 32


def test_the_command_prints_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """It names the number of teams and of people, and the schema that the upgrade begins with."""
    upgrade_cost.main(["1", "2"])

    assert capsys.readouterr().out.startswith("1 teams, 2 people, from 0011: ")
