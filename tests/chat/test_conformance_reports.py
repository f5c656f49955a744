"""Conformance of the supervisor's report: its picture, its steps and the tables to copy."""

import pytest

from bot.domain.counts import exercises, table_text
from bot.domain.counts.readings import read_tables
from bot.domain.counts.release_rule import Band
from tests.chat import route_walk
from tests.chat.expectations import WORDS
from tests.chat.surfaces import Product, Screen
from tests.domain.counts import sample_tables
from tests.published_releases import insert_releases

BUSY = sample_tables.publish_leaders([("form", "away"), ("form", "against")])
QUIET = (
    sample_tables.publish(sample_tables.build_total(Band.FEW), 0),
    sample_tables.publish(sample_tables.build_breakdown("form", "away"), 0),
)


async def open_report(product: Product, tables: sample_tables.Tables) -> Screen:
    """Publish *tables*, accept the agreement as the supervisor, and return the report."""
    team_id = await route_walk.load_team_id(product)
    await insert_releases(product.bot.context.store, team_id, tables)
    agreement = await product.run_command(product.supervisor, "debriefs")
    await product.submit_form(product.supervisor, agreement, {})
    return await product.run_command(product.supervisor, "debriefs")


async def test_a_busy_report_has_sentence_and_picture(product: Product) -> None:
    """The report has the ten minutes, each table's sentence, and the bars in words."""
    report = await open_report(product, BUSY)
    chosen = exercises.select_ten_minutes(BUSY, None, BUSY[0].closes, WORDS)

    assert report.contains_text(chosen.question)
    assert report.contains_text(chosen.exercise.title)
    for reading in read_tables(BUSY)[:2]:
        assert report.contains_text(table_text.render_sentence(reading, WORDS))
        assert report.contains_text(table_text.render_levels(reading, WORDS))


async def test_a_quiet_report_has_no_picture(product: Product) -> None:
    """Beside "perhaps none" no answer is named and no bar is described."""
    report = await open_report(product, QUIET)

    assert report.contains_text(WORDS.translate("counts.total.few"))
    assert report.contains_text("no form of strain clearly led")
    assert not report.contains_text(WORDS.translate("counts.form.title"))


@pytest.mark.parametrize(
    ("step", "key"),
    [("method", "counts.caption.head"), ("exercise", "debriefs.exercise.care")],
)
async def test_each_step_opens_a_form(product: Product, step: str, key: str) -> None:
    """The method and the exercise open from the report."""
    report = await open_report(product, BUSY)

    form = await product.press_button(
        product.supervisor, report, WORDS.translate(f"debriefs.step.{step}")
    )

    assert form.contains_text(WORDS.translate(key))


async def test_the_tables_to_copy_open_from_the_method(product: Product) -> None:
    """The form on the method has the step to the form with the tables."""
    report = await open_report(product, BUSY)
    method = await product.press_button(
        product.supervisor, report, WORDS.translate("debriefs.step.method")
    )

    export = await product.press_button(
        product.supervisor, method, WORDS.translate("debriefs.step.export")
    )

    assert export.contains_text(WORDS.translate("debriefs.export.intro"))


async def test_the_export_command_has_every_table(product: Product) -> None:
    """The keyword shows every published table, with its dates, as text to copy."""
    await open_report(product, BUSY)

    export = await product.run_command(product.supervisor, "debriefs export")

    for reading in read_tables(BUSY):
        assert export.contains_text(table_text.render_sentence(reading, WORDS))
        assert export.contains_text(reading.opens.isoformat())


@pytest.mark.parametrize("user", ["marie", "stranger"])
async def test_other_users_export_nothing(product: Product, user: str) -> None:
    """A clinician and a stranger are refused the tables to copy."""
    refusal = await product.run_command(getattr(product, user), "debriefs export")

    assert refusal.contains_text(WORDS.translate("error.not_their_team"))
