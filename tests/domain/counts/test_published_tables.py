from bot.domain.counts import release_rule
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, Band
from tests.domain.counts import sample_tables
from tests.domain.teams.test_setup_form import TEAM

TABLES = sample_tables.publish_leaders([("form", "away"), ("form", "both")])


def test_newest_tables_are_one_for_each_ledger() -> None:
    """The newest of each ledger is selected, whenever it closed, and until a day if one is set."""
    archive = ReportArchive(TEAM, (TABLES[0], *TABLES[2:]), None)

    assert archive.newest_tables() == (TABLES[0], TABLES[3])
    assert archive.newest_tables(TABLES[2].closes) == TABLES[2:]
    assert ReportArchive(TEAM, (), None).newest_tables() == ()


def test_successive_periods_have_successive_numbers() -> None:
    """Periods of either length are numbered without gaps."""
    for weeks in sample_tables.SPANS:
        numbers = [
            sample_tables.publish(sample_tables.build_total(Band.TEN), number, weeks).period_number
            for number in range(140)
        ]
        assert numbers == list(range(numbers[0], numbers[0] + 140))


def test_a_lost_table_belongs_to_its_ledger() -> None:
    """A lost table has the ledger that its period counted, as the others have theirs."""
    lost = sample_tables.publish(release_rule.release_lost_table(TOTAL), 0)

    assert [published.ledger for published in (lost, *TABLES[:2])] == [TOTAL, TOTAL, BREAKDOWN]
