"""A withheld table survives storage, and says in one sentence why there is none."""

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.counts import hour_plan, readings, release_rule, table_text
from bot.domain.counts.hour_plan import HourForm
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.domain.counts.withheld_table import WithheldTable, WithholdingReason
from tests.domain.counts import sample_tables
from tests.domain.teams.test_setup_form import TEAM

CATALOGUE = load_catalogue()
REASONS = list(WithholdingReason)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("ledger", [TOTAL, BREAKDOWN])
def test_withheld_table_survives_storage(ledger: str, reason: WithholdingReason) -> None:
    """The stored form is parsed to the same table, whatever its ledger."""
    table = WithheldTable(ledger, reason)

    assert release_rule.parse_table(ledger, table.json_body) == table


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_withheld_table_has_a_sentence_of_its_own(tag: str, reason: WithholdingReason) -> None:
    """It is not that of a lost key, and it has no bars."""
    words = CATALOGUE.get_pack(tag)
    published = sample_tables.publish(WithheldTable(TOTAL, reason), 0)
    (reading,) = readings.read_tables((published,))

    sentence = table_text.render_sentence(reading, words)
    assert sentence == words.translate(f"counts.{reason.value}") != words.translate("counts.lost")
    assert table_text.build_charts(reading, words) == ()


def test_hour_without_figures_has_no_part_about_them() -> None:
    """A supervisor with withheld tables alone reads how to spend the time without."""
    words = CATALOGUE.get_pack("en")
    tables = tuple(
        sample_tables.publish(WithheldTable(ledger, WithholdingReason.TOO_FEW), 1)
        for ledger in (TOTAL, BREAKDOWN)
    )
    plan = hour_plan.render_plan(
        ReportArchive(TEAM, tables, None), HourForm(30), tables[0].closes, words
    )

    assert words.translate("hour.without.text") in repr(plan)
