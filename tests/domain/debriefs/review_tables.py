"""Generate the tables of the clinical review: ``python -m tests.domain.debriefs.review_tables``.

They compare the guides of all answers, so that a reviewer sees what each answer changes and how
many guides each rule was asserted for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from bot.content.model import Question
from bot.domain.debriefs import phrases
from bot.domain.debriefs.debrief_form import (
    CUE_QUESTIONS_BY_FORM,
    OWN_PART_QUESTIONS,
    Debrief,
    Refinement,
)
from bot.elements import Banner, Form, Quote, Text
from tests.domain.debriefs.combinations import (
    ALL_DEBRIEFS,
    ROOM_CODES,
    WORDS,
    split_openers,
    split_title,
)
from tests.domain.debriefs.guide_rules import RULES
from tests.domain.debriefs.guide_walk import (
    WalkedGuide,
    build_walked_guide,
    iter_refinements,
    refine,
)
from tests.domain.debriefs.test_guide_combinations import SHARED_MIDDLES, iter_combinations
from tests.sources import ROOT

REVIEW_FILE = ROOT / "docs" / "clinical-review.md"
BEGIN_MARK = "<!-- Generated: python -m tests.domain.debriefs.review_tables -->\n"
END_MARK = "<!-- End of the generated tables -->\n"

PARTS_OF_A_GUIDE = {
    "settle": ("settle",),
    "what shifted": ("movement", "cue"),
    "my part": ("part", "mine", "mine_repaired", "mine_ended", "room_part"),
    "protection": ("protection",),
    "opening": (
        *("opening", "lead", "room", "aim", "check", "room_repaired"),
        *("look_back", "room_ended"),
    ),
    "phrases": (),
    "direct": ("direct",),
    "wait": ("wait",),
    "supervision": (
        *("bring", "bring_repaired", "bring_ended"),
        *("want", "want_repaired", "want_ended", "prompts", "learn"),
    ),
    "banner": (),
}
"""The sections of the catalogue whose lines each part of a guide consists of."""

NO_GUIDE = Form("guide", "", ())

Diff = frozenset[str]


def build_tables() -> str:
    """Return all tables in Markdown, each below its heading."""
    renderers = (_render_rules, _render_answers, _render_openings, _render_shared_middles)
    return "\n".join(render() for render in renderers)


def _render_rules() -> str:
    counts: Counter[str] = Counter()
    total = 0
    for debrief in ALL_DEBRIEFS:
        for refinement in iter_refinements(debrief.form):
            # Which rules concern a guide depends on the answers alone: none is built.
            case = WalkedGuide(debrief, refinement, WORDS, NO_GUIDE)
            total += 1
            counts.update([rule.name for rule in RULES if rule.concerns(case)])
    rows = ((rule.statement, f"{counts[rule.name]:,}") for rule in RULES)
    return _render_section(
        "Rules of combination, and the guides each was asserted for",
        f"{total:,} guides in each language, made of every product of answers that can select a"
        " line; a property test adds all questions together, with up to three parts and three"
        " signs.",
        ("rule", "guides"),
        rows,
    )


def _render_answers() -> str:
    rows = []
    for label, refinement, debriefs in _single_answers():
        changes: Counter[str] = Counter()
        for debrief in debriefs:
            changes.update(_compare_guides(debrief, refinement))
        cells = (str(changes[part] or "") for part in PARTS_OF_A_GUIDE)
        rows.append((label, str(len(debriefs)), *cells))
    return _render_section(
        "What each answer changes",
        "In how many of the ways to file a debrief (a form and a status) in which it is offered"
        " does one answer alone change a part of the guide?",
        ("answer", "of", *PARTS_OF_A_GUIDE),
        rows,
    )


def _single_answers() -> Iterator[tuple[str, Refinement, Sequence[Debrief]]]:
    """Yield each answer to a deeper question with its refinement and its debriefs."""
    questions = WORDS.questions
    for code in ("unsafe", "safe"):
        yield _label(questions["unsafe"], code), refine(code), ALL_DEBRIEFS
    for code in _codes(questions["my_state"]):
        yield _label(questions["my_state"], code), refine("", clinician_state=code), ALL_DEBRIEFS
    for name in OWN_PART_QUESTIONS:
        for code in _codes(questions[name]):
            yield _label(questions[name], code), refine("", own_parts=(code,)), ALL_DEBRIEFS
    for code in ROOM_CODES:
        yield _label(questions["room"], code), replace(refine(""), room=code), ALL_DEBRIEFS
    for code in _codes(questions["strain"]):
        yield _label(questions["strain"], code), refine("", strain=code), ALL_DEBRIEFS
    for name in ("cue_away", "cue_against"):
        debriefs = [d for d in ALL_DEBRIEFS if name in CUE_QUESTIONS_BY_FORM[d.form]]
        for code in _codes(questions[name]):
            yield _label(questions[name], code), refine("", cues=(code,)), debriefs
    for code in _codes(questions["help"]):
        yield _label(questions["help"], code), refine("", help_code=code), ALL_DEBRIEFS


def _codes(question: Question) -> list[str]:
    return [option.code for option in question.options]


def _label(question: Question, code: str) -> str:
    return question.get_option(code).label


def _compare_guides(debrief: Debrief, refinement: Refinement) -> Diff:
    """Return the parts that differ between the guide of *refinement* and the plain guide."""
    plain, refined = (
        _lines_by_part(build_walked_guide(debrief, answers, WORDS))
        for answers in (Refinement(), refinement)
    )
    return frozenset(part for part in PARTS_OF_A_GUIDE if plain[part] != refined[part])


def _lines_by_part(case: WalkedGuide) -> dict[str, tuple[str, ...]]:
    """Return the lines of each part of a guide, in order."""
    lines_by_part: dict[str, list[str]] = {part: [] for part in PARTS_OF_A_GUIDE}
    for element in case.elements:
        if isinstance(element, Quote):
            lines_by_part["phrases"].append(element.text)
        elif isinstance(element, Banner):
            lines_by_part["banner"].append(element.text)
        elif isinstance(element, Text):
            for line in element.text.split("\n"):
                untitled_line = split_title(line, case.words)[1]
                if part := _part_by_line().get(untitled_line, ""):
                    lines_by_part[part].append(untitled_line)
    return {part: tuple(lines) for part, lines in lines_by_part.items()}


@cache
def _part_by_line() -> dict[str, str]:
    """Return the part of a guide that each line belongs to, requests to a supervisor included."""
    part_by_section = {
        section: part for part, sections in PARTS_OF_A_GUIDE.items() for section in sections
    }
    return {
        opener: part_by_section[section]
        for key, line in WORDS.guide.items()
        if (section := key.partition(".")[0]) in part_by_section
        for opener in split_openers(line)
    }


def _render_openings() -> str:
    rows = (
        (
            WORDS.questions["form"].short_labels[debrief.form],
            WORDS.questions["status"].short_labels[debrief.status],
            ", ".join(phrases.select_phrases(debrief, Refinement())) or "none",
            "yes" if debrief.status not in {"repaired", "ended"} else "",
        )
        for debrief in ALL_DEBRIEFS
    )
    return _render_section(
        "The phrases of each form and status",
        "Before any refinement. The first is kept in every refinement while the rupture is open,"
        " and no other form and status has it first.",
        ("form", "status", "phrases", "keeps the first"),
        rows,
    )


def _render_shared_middles() -> str:
    combinations = [c for debrief in ALL_DEBRIEFS for c in iter_combinations(debrief)]
    rows = ((row.reason, f"{sum(map(row.shares, combinations)):,}") for row in SHARED_MIDDLES)
    return _render_section(
        "Which guides share their middle",
        f"{len(combinations):,} ways to answer with at most one part and one sign. All of their"
        " guides differ somewhere. What it may protect, the opening and what can wait are the same"
        " only for the ways of these rows and the ways without that answer; the test fails when one"
        " more appears or one of them is gone.",
        ("reason", "ways"),
        rows,
    )


def _render_section(
    heading: str, intro: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> str:
    """Return a heading, a paragraph and a table in Markdown."""
    table = (
        _render_row(columns),
        _render_row(["---"] * len(columns)),
        *map(_render_row, rows),
    )
    return "\n".join((f"### {heading}", "", intro, "", *table, ""))


def _render_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def replace_tables(document: str, tables: str) -> str:
    """Return *document* with the text between its marks replaced by *tables*.

    ``ValueError`` is raised when a mark is missing.
    """
    before, _, rest = document.partition(BEGIN_MARK)
    _, mark, after = rest.partition(END_MARK)
    if not mark:
        raise ValueError("the document has no marks for the generated tables")
    return f"{before}{BEGIN_MARK}\n{tables}\n{END_MARK}{after}"


def write_tables(file: Path) -> None:
    """Replace the generated tables of *file*."""
    document = file.read_text(encoding="utf-8")
    file.write_text(replace_tables(document, build_tables()), encoding="utf-8")


if __name__ == "__main__":
    write_tables(REVIEW_FILE)
