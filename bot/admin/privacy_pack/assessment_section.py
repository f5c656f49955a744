"""Section with the draft impact assessment: facts that refer to sections, and open questions."""

from collections.abc import Mapping
from typing import Any

from bot.admin.privacy_pack.document import (
    FactTable,
    ItemList,
    Paragraph,
    Section,
    build_reference,
)
from bot.admin.privacy_pack.section_texts import build_section
from bot.content.pack_texts import PackTexts


def build_assessment(texts: PackTexts) -> Section:
    """Build the section: a table of the facts common to all laws, then a subsection per law."""
    assessment = texts.files["assessment"]
    common = assessment["common"]
    rows = tuple(
        (fact["topic"], texts.fill(fact["fact"]), build_reference(fact["section"]))
        for fact in common["facts"]
    )
    return build_section(
        texts,
        "assessment",
        *(Paragraph(text) for text in common["text"]),
        sections=(
            build_section(texts, "assessment-common", FactTable(texts.get_headings("facts"), rows)),
            *(_build_regime(regime, texts) for regime in assessment["regime"]),
        ),
    )


def _build_regime(regime: Mapping[str, Any], texts: PackTexts) -> Section:
    lists = (
        ItemList(tuple(map(texts.fill, regime[name])), f"**{texts.get_word(word)}**")
        for name, word in (("facts", "facts"), ("questions", "open_questions"))
    )
    return Section(f"assessment-{regime['id']}", regime["title"], tuple(lists))
