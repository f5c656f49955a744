"""Two pages to print, for a drawer or a supervision room: the debrief sheet and the guide.

Both are made of the same codebook and lines as the forms. The sheet has boxes to tick and no
line to write on, so that nothing about a client can be put down.
"""

from collections.abc import Iterator, Mapping

from bot.content.catalogue import Question, Words
from bot.content.print_page import (
    columns,
    footer,
    lines,
    page,
    paragraph,
    quote,
    section,
    subheading,
)
from bot.domain.debriefs.debrief_form import FORMS, STATUSES
from bot.domain.debriefs.phrases import BEGIN

ASKED = (
    "unsafe",
    "form",
    "status",
    "my_state",
    "mine",
    "strain",
    "cue_away",
    "cue_against",
    "help",
)
"""What the sheet asks: safety first, what one files, and what refines the guide."""

PRODUCTS_OWN = frozenset({"unsafe", "my_state"})
"""Questions whose hints tell what the bot keeps; nothing keeps what is ticked on paper."""


def pages(words: Words) -> Mapping[str, str]:
    """Return both pages as HTML, by the name that their files begin with."""
    return {"debrief-sheet": sheet(words), "guide": guide(words)}


def sheet(words: Words) -> str:
    """Return the debrief on paper, to be ticked and torn up."""
    return page(
        words.language,
        words.say("printed.sheet.title"),
        paragraph(words.say("printed.sheet.intro")),
        paragraph(words.say("safety.banner"), "banner"),
        paragraph(_felt_unsafe(words)),
        paragraph(words.say("safety.hopeless")),
        columns(
            *(_asked(words.questions[name]) for name in ASKED),
            section(words.line("step.supervision"), _supervision(words)),
        ),
        paragraph(words.say("printed.sheet.keep")),
        _foot(words),
    )


def _asked(question: Question) -> str:
    told = question.hint if question.id not in PRODUCTS_OWN else ""
    hint = paragraph(told, "hint") if told else ""
    return section(question.text, hint, lines((one.label for one in question.options), "ticks"))


def guide(words: Words) -> str:
    """Return the seven steps with every branch that a form and a status open."""
    steps = (_settle, _movement, _part, _protection, _opening, _wait, _supervision)
    return page(
        words.language,
        words.say("printed.guide.title"),
        paragraph(words.say("printed.guide.intro")),
        paragraph(words.say("safety.banner"), "banner"),
        columns(*(_step(words, number, step(words)) for number, step in enumerate(steps, 1))),
        _foot(words),
    )


STEPS = ("settle", "movement", "part", "protection", "opening", "wait", "supervision")


def _step(words: Words, number: int, body: str) -> str:
    return section(f"{number}. {words.line(f'step.{STEPS[number - 1]}')}", body)


def _settle(words: Words) -> str:
    calm = (words.line(f"settle.{name}") for name in ("plain", "defensive"))
    return lines((_felt_unsafe(words), *calm))


def _felt_unsafe(words: Words) -> str:
    return _for(words, "unsafe", "unsafe", words.line("settle.unsafe"))


def _movement(words: Words) -> str:
    return lines(_for(words, "form", form, words.line(f"movement.{form}")) for form in FORMS)


def _part(words: Words) -> str:
    told = [_for(words, "status", status, words.line(f"part.{status}")) for status in STATUSES]
    return lines([*told, words.line("mine.not_visible")])


def _protection(words: Words) -> str:
    return "".join(
        subheading(words.say(f"printed.guide.{phase}"))
        + lines(
            _for(words, "form", form, words.line(f"protection.{form}.{phase}")) for form in FORMS
        )
        for phase in ("early", "working")
    )


def _opening(words: Words) -> str:
    return "".join(
        (
            paragraph(words.line("opening.threat")),
            paragraph(words.line("opening.begin")),
            *_phrases(words),
            lines(
                (
                    _for(words, "status", "repaired", words.line("opening.repaired")),
                    _for(words, "status", "ended", words.line("opening.ended")),
                    words.line("opening.ended_first"),
                )
            ),
        )
    )


def _phrases(words: Words) -> Iterator[str]:
    """What one could begin with, each sentence once, under the first form it is for."""
    seen: set[str] = set()
    for form in FORMS:
        fresh = [code for code in BEGIN[form, "not_named"] if code not in seen]
        seen.update(fresh)
        yield subheading(words.questions["form"].brief[form])
        yield from (quote(words.phrases[code].text) for code in fresh)


def _wait(words: Words) -> str:
    return lines(_for(words, "status", one, words.line(f"wait.{one}")) for one in STATUSES)


def _supervision(words: Words) -> str:
    prompts = words.line("prompts.open", want=words.line("want.plain"))
    return lines((words.line("bring.plain"), prompts))


def _for(words: Words, question: str, answer: str, line: str) -> str:
    brief = words.questions[question].brief[answer]
    return words.say("printed.for_answer", answer=brief, line=line)


def _foot(words: Words) -> str:
    return footer(
        words.say("safety.not_watched"),
        words.say("safety.purpose"),
        words.say("source.attribution", url=words.references["source"].url),
    )
