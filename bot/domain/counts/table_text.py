"""Render a published table as sentences and as a bar chart; no other type is accepted."""

from bot.content.catalogue import LanguagePack
from bot.domain.counts.release_rule import BreakdownTable, LostTable, ReleasedTable, TotalTable
from bot.elements import Bar, Chart


def render_sentences(table: ReleasedTable, words: LanguagePack) -> tuple[str, ...]:
    """Render a published table as sentences; there is always at least one."""
    if isinstance(table, LostTable):
        return (words.translate("counts.lost"),)
    if isinstance(table, TotalTable):
        return (words.translate(f"counts.total.{table.band.value}"),)
    if not table.leader:
        return (words.translate(f"counts.{table.question}.none"),)
    answer = _answer_labels(table.question, words)[table.leader]
    return (words.translate(f"counts.{table.question}.leader", answer=answer),)


def build_chart(table: BreakdownTable, words: LanguagePack) -> Chart:
    """Build a bar chart of the shares, with its text alternative."""
    labels, short_labels = (
        _answer_labels(table.question, words),
        words.questions[table.question].short_labels,
    )
    rows = [
        words.translate(
            "counts.chart.row",
            answer=labels[code],
            share=words.translate(f"counts.share.{share.value}"),
        )
        for code, share in table.shares
    ]
    return Chart(
        words.translate(f"counts.{table.question}.title"),
        tuple(Bar(short_labels[code], share) for code, share in table.shares),
        "\n".join([*rows, words.translate("counts.chart.accuracy")]),
    )


def _answer_labels(question: str, words: LanguagePack) -> dict[str, str]:
    return {option.code: option.label for option in words.questions[question].options}
