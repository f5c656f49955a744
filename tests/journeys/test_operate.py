"""A journey as an admin would: weeks of use, a backup, a restore, upgrades, and PostgreSQL.

``python -m tests.journeys.operate`` plays it with more teams, every earlier schema and a rollback.
"""

import pytest

from tests.journeys.operate import FILED_AFTER, FILED_BEFORE, create_databases, run_journey
from tests.journeys.operated_clinic import PEOPLE_PER_TEAM, Figures, Journey
from tests.journeys.upgraded_clinic import FILED_AFTER_UPGRADE
from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def figures(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """The figures of the journey of one team."""
    target_url, keys_url = create_databases(postgres)
    folder = tmp_path_factory.mktemp("operate")
    return run_journey(Journey(folder, target_url, keys_url, earlier_schemas=("0006", "0016")), 1)


@pytest.mark.postgresql
def test_nothing_is_sent_twice(figures: Figures) -> None:
    """Four weeks' check-ins were sent, the lost week's once, and no message twice."""
    assert figures.sent_count >= 4 * PEOPLE_PER_TEAM
    assert figures.duplicate_count == 0


@pytest.mark.postgresql
def test_published_tables_are_the_same_to_the_byte(figures: Figures) -> None:
    """Backup, restore and move change no byte of a published table."""
    assert figures.table_count > 0
    assert figures.changed_table_count == 0


@pytest.mark.postgresql
def test_closed_periods_are_read_from_no_copy(figures: Figures) -> None:
    """Backup, lost and moved file hold sealed records, which nothing that is left opens."""
    assert figures.sealed_count > 0
    assert figures.opened_count == 0
    assert figures.key_copy_count == 0


@pytest.mark.postgresql
def test_debriefs_after_the_restore_are_in_the_right_table(figures: Figures) -> None:
    """What the backup held and what came after the restore is counted, and then published."""
    expected_count = len(FILED_BEFORE) + len(FILED_AFTER)

    for filed_counts in figures.filed_counts:
        assert expected_count in filed_counts.values()
    assert figures.filed_counts[0] == figures.filed_counts[1]
    assert figures.unpublished_count == 0


@pytest.mark.postgresql
def test_upgrades_from_earlier_schemas_change_nothing(figures: Figures) -> None:
    """Rows, check-up, messages and the table of the next close are those without an upgrade."""
    expected_count = len(FILED_BEFORE) + len(FILED_AFTER) + len(FILED_AFTER_UPGRADE)

    assert [upgrade.origin for upgrade in figures.upgrades] == [
        "schema 0006, SQLite",
        "schema 0016, SQLite",
    ]
    for upgrade in figures.upgrades:
        assert upgrade.row_count > 0
        assert (upgrade.changed_tables, upgrade.findings) == ((), ())
        assert upgrade.sent_count >= PEOPLE_PER_TEAM
        assert (upgrade.repeated_count, upgrade.duplicate_count) == (0, 0)
        assert upgrade.filed_counts == (expected_count,)
        assert upgrade.table_count > figures.table_count
        assert (upgrade.changed_table_count, upgrade.unpublished_count) == (0, 0)
