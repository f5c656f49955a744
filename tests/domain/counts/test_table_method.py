import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.counts import readings, release_rule, table_method
from bot.domain.counts.release_rule import TOTAL, Band
from bot.elements import Text
from tests.domain.counts import sample_tables

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
QUARTER = readings.read_tables(sample_tables.publish_leaders([("form", "away")]))


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_every_caveat_is_stated_once(tag: str) -> None:
    """The method has each caveat once, in every language."""
    sentences = table_method.list_method_sentences(QUARTER, CATALOGUE.get_pack(tag))

    assert len(set(sentences)) == len(sentences)


def test_each_kind_of_table_has_its_cap() -> None:
    """The caps of number and answers are stated, each with what it limits."""
    month = readings.read_tables(sample_tables.publish_leaders([("form", "away")], 4))
    text = "\n".join(table_method.list_method_sentences(month, WORDS))

    assert "Number of debriefs: at most 1 debrief a person" in text
    assert "Answers: at most 5 debriefs a person" in text


def test_a_pooled_table_has_a_note() -> None:
    """The method says that several teams are counted together only where they are."""
    note = WORDS.translate("debriefs.period.shared")
    pooled = sample_tables.publish(sample_tables.build_total(Band.TEN), 0, is_pooled=True)

    assert note in table_method.list_method_sentences(readings.read_tables((pooled,)), WORDS)
    assert note not in table_method.list_method_sentences(QUARTER, WORDS)


def test_a_lost_table_has_no_cap() -> None:
    """Nothing was counted in a lost table, so no cap is stated."""
    lost = sample_tables.publish(release_rule.release_lost_table(TOTAL), 0)
    sentences = table_method.list_method_sentences(readings.read_tables((lost,)), WORDS)

    assert not [sentence for sentence in sentences if "at most" in sentence]


def test_the_method_is_rendered_in_paragraphs() -> None:
    """Each sentence of the method is a paragraph."""
    paragraphs = table_method.render_method(QUARTER, WORDS)

    assert paragraphs == tuple(map(Text, table_method.list_method_sentences(QUARTER, WORDS)))


def test_the_main_caveats_are_part_of_the_method() -> None:
    """What is posted with a shared report are caveats of the method."""
    sentences = table_method.list_method_sentences(QUARTER, WORDS)

    assert {caption.text for caption in table_method.render_main_caveats(WORDS)} < set(sentences)
