"""Sections on published counts: the threat model with its tests, and the privacy budget.

The budget's parameters (epsilon, cap, noise scale) are read from the release rule, not from a text.
"""

from collections.abc import Iterator
from fractions import Fraction

from bot.admin.privacy_pack.document import FactTable, ItemList, Paragraph, Section
from bot.admin.privacy_pack.section_texts import build_section
from bot.content.pack_texts import PackTexts
from bot.domain.counts import exposure, release_rule
from bot.domain.counts.release_rule import BREAKDOWN, LARGE_UNIT_SIZE, MIN_UNIT_SIZE, TOTAL


def build_threats(texts: PackTexts) -> Section:
    """Build the section: a table of attackers with the test files, and a list of the limits."""
    threats = texts.files["threats"]
    rows = tuple(
        (
            threat["who"],
            threat["while_open"],
            threat["after_close"],
            "\n".join(f"`{path}`" for path in threat["tests"]),
        )
        for threat in threats["threat"]
    )
    table = FactTable(texts.get_headings("threats"), rows)
    limits = ItemList(tuple(map(texts.fill, threats["not_protected"]["text"])))
    return build_section(
        texts,
        "threats",
        sections=(
            build_section(texts, "threats-table", table),
            build_section(texts, "threats-limits", limits),
        ),
    )


def build_budget(texts: PackTexts) -> Section:
    """Build the section: a table of parameters by unit size and ledger, and the yearly bound."""
    prose = texts.files["prose"]["section"]["budget"]
    bound = texts.fill(
        prose["bound"],
        weeks=str(exposure.EXPOSURE_WEEKS),
        bound=f"{float(exposure.max_yearly_exposure()):.1f}",
        totals=str(exposure.max_yearly_tables(TOTAL)),
        breakdowns=str(exposure.max_yearly_tables(BREAKDOWN)),
    )
    lead = texts.fill(prose["lead"], lead=f"{float(release_rule.CLEAR_LEAD_SCALES):g}")
    return build_section(
        texts,
        "budget",
        FactTable(texts.get_headings("terms"), tuple(_iter_terms(texts))),
        *map(Paragraph, (bound, lead, prose["frozen"])),
    )


def _iter_terms(texts: PackTexts) -> Iterator[tuple[str, ...]]:
    """Yield a row of parameters for a small and for a large unit, per ledger."""
    small = texts.get_word("small_units", size=str(LARGE_UNIT_SIZE - 1))
    large = texts.get_word("large_units", size=str(LARGE_UNIT_SIZE))
    for units, size in ((small, MIN_UNIT_SIZE), (large, LARGE_UNIT_SIZE)):
        for ledger in (TOTAL, BREAKDOWN):
            terms = release_rule.select_terms(ledger, size)
            tables = exposure.EXPOSURE_WEEKS // terms.weeks
            yield (
                *(units, ledger, str(terms.weeks), str(terms.cap)),
                *(format_fraction(terms.noise_scale), format_fraction(terms.epsilon)),
                *(str(tables), f"{float(tables * terms.epsilon):.1f}"),
            )


def format_fraction(number: Fraction) -> str:
    """Format *number* with its decimal value, such as ``4/5 (0.80)``; an integer without one."""
    return str(number) if number.denominator == 1 else f"{number} ({float(number):.2f})"
