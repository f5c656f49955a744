"""The guide for a strained moment: seven steps, shaped by the codes a clinician chose."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.catalogue import Words
from bot.domain.debriefs import phrases
from bot.domain.debriefs.debrief_form import Debrief, Refinement, first_questions
from bot.elements import (
    Actions,
    Banner,
    Button,
    Contact,
    Element,
    Form,
    Quote,
    Small,
    Text,
)

MOST_CONTACTS = 10
"""As many supervisors as are offered to write to; a phone shows no more at a glance."""

EARLY = frozenset({"not_named", "touched"})

PAST = frozenset({"repaired", "ended"})
"""Statuses without a conversation about the rupture ahead: their lines look back."""

RISK_CUES = frozenset({"self_blame", "cancelled"})
"""Signs of a client who may be at risk: one's service's safety procedure comes before repair."""


@dataclass(frozen=True)
class Case:
    """What one guide is for: the two filed codes, and whatever refines them."""

    debrief: Debrief
    deeper: Refinement
    words: Words
    supervisors: tuple[str, ...]

    @property
    def phase(self) -> str:
        """How far the repair is, as far as it decides what may be thought about."""
        return "early" if self.debrief.status in EARLY else self.debrief.status


def guide(
    debrief: Debrief,
    words: Words,
    refinement: Refinement | None = None,
    *,
    supervisors: tuple[str, ...] = (),
    filed: str = "",
) -> Form:
    """Lead a clinician from settling themselves to what they may say, and to whom.

    *supervisors* are product ids, whom the clinician may write to; the bot sends nothing.
    *filed* says what was kept and until when it can be taken back.
    """
    case = Case(debrief, refinement or Refinement(), words, supervisors[:MOST_CONTACTS])
    again = "rupture.guide.again" if refinement else "rupture.guide.deeper"
    return Form(
        "guide",
        words.say("rupture.guide.title"),
        (
            *_safety(case),
            *((Small(filed),) if filed else ()),
            *_steps(case),
            Actions((Button("rupture.deeper", words.say(again), debrief.data, opens_form=True),)),
            *_contacts(case),
            Small(words.say("safety.purpose")),
            Small(words.say("source.attribution", url=words.references["source"].url)),
        ),
        close=words.say("common.close"),
        data=debrief.data,
    )


def chooser(words: Words) -> Form:
    """Ask for the two codes of a guide that is only read: nothing is filed."""
    return Form(
        "guide",
        words.say("rupture.chooser.title"),
        (
            Banner(words.say("safety.banner")),
            Text(words.say("rupture.chooser.intro")),
            *first_questions(words),
        ),
        submit=words.say("rupture.chooser.submit"),
        close=words.say("common.cancel"),
    )


def _safety(case: Case) -> tuple[Banner, ...]:
    """Say what this is not; to a clinician who felt unsafe, also where help is right now."""
    words = case.words
    banner = Banner(words.say("safety.banner"))
    if case.deeper.unsafe:
        return (
            banner,
            Banner(words.say("safety.unsafe")),
            Banner(words.say("safety.not_watched")),
        )
    return (banner,)


def _contacts(case: Case) -> Iterator[Element]:
    """A way to write to each supervisor; several are told apart by a mention above it."""
    words = case.words
    if len(case.supervisors) == 1:
        yield Contact(case.supervisors[0], words.say("rupture.guide.write"))
        return
    for person in case.supervisors:
        yield Text(words.people((person,)))
        yield Contact(person, words.say("rupture.guide.write_this_one"))


def _steps(case: Case) -> tuple[Element, ...]:
    at_risk = not RISK_CUES.isdisjoint(case.deeper.cues)
    return (
        _step(case, 1, "settle", _settle(case)),
        _step(case, 2, "movement", _movement(case)),
        *((Banner(case.words.say("safety.hopeless")),) if at_risk else ()),
        _step(case, 3, "part", _part(case)),
        _step(case, 4, "protection", (_protection(case),)),
        _step(case, 5, "opening", _opening(case)),
        *_phrases(case),
        _step(case, 6, "wait", (f"wait.{_unsafe_or(case, case.debrief.status)}",)),
        _supervision(case),
    )


def _step(case: Case, number: int, name: str, lines: tuple[str, ...]) -> Text:
    return _numbered(case, number, name, tuple(case.words.line(line) for line in lines))


def _numbered(case: Case, number: int, name: str, lines: tuple[str, ...]) -> Text:
    title = case.words.line(f"step.{name}")
    return Text("\n".join((f"**{number}. {title}**", *lines)))


def _unsafe_or(case: Case, name: str) -> str:
    return "unsafe" if case.deeper.unsafe else name


def _settle(case: Case) -> tuple[str, ...]:
    if case.deeper.unsafe:
        return ("settle.unsafe",)
    state = (f"settle.{case.deeper.state}",) if case.deeper.state else ()
    tight = ("settle.defensive",) if "defensive" in case.deeper.mine else ()
    return (*state, *tight) or ("settle.plain",)


def _movement(case: Case) -> tuple[str, ...]:
    if case.deeper.unsafe:
        return ("movement.unsafe",)
    cues = tuple(f"cue.{code}" for code in case.deeper.cues)
    return cues or (f"movement.{case.debrief.form}",)


def _part(case: Case) -> tuple[str, ...]:
    if case.deeper.unsafe:
        return ("part.unsafe",)
    status = case.debrief.status
    mine = f"mine_{status}" if status in PAST else "mine"
    return tuple(f"{mine}.{code}" for code in case.deeper.mine) or (f"part.{status}",)


def _protection(case: Case) -> str:
    if case.deeper.unsafe:
        return "protection.unsafe"
    return f"protection.{case.debrief.form}.{case.phase}"


def _opening(case: Case) -> tuple[str, ...]:
    """Words for the client, a check that the repair holds, or neither: ended, or unsafe."""
    if case.deeper.unsafe:
        return ("opening.unsafe",)
    strain = case.deeper.strain
    if case.debrief.status == "ended":
        return "opening.ended", "opening.ended_first", *_about("look_back", strain)
    if case.debrief.status == "repaired":
        return *_threat(case), "opening.repaired", *_about("check", strain)
    frame = ("opening.frame",) if "frame_complaint" in case.deeper.cues else ()
    return *_threat(case), *frame, *_about("aim", strain), "opening.begin"


def _about(name: str, strain: str) -> tuple[str, ...]:
    return (f"{name}.{strain}",) if strain else ()


def _threat(case: Case) -> tuple[str, ...]:
    """Warn before any words to a client who pushed, unless the clinician chose "safe"."""
    return () if case.deeper.safe or not _has_client_pushed(case) else ("opening.threat",)


def _has_client_pushed(case: Case) -> bool:
    """Whether the client moved against, by the form that was filed or by any sign of it."""
    signs = case.words.questions["cue_against"].codes
    return case.debrief.form in {"against", "both"} or not signs.isdisjoint(case.deeper.cues)


def _phrases(case: Case) -> tuple[Element, ...]:
    """The phrases, each with its caution right under it; one that two share is said once."""
    chosen = [case.words.phrases[code] for code in phrases.phrases(case.debrief, case.deeper)]
    shown: list[Element] = []
    for phrase, further in zip(chosen, (*chosen, None)[1:], strict=True):
        shown.append(Quote(phrase.text))
        if phrase.caution and (further is None or further.caution != phrase.caution):
            shown.append(Small(phrase.caution))
    return tuple(shown)


def _supervision(case: Case) -> Text:
    words, deeper = case.words, case.deeper
    far = case.debrief.status if case.debrief.status in PAST else "open"
    wants = "want_ended" if case.debrief.status == "ended" else "want"
    want = words.line(f"{wants}.{deeper.strain or 'plain'}")
    lines = [
        *(words.line(f"bring.{name}") for name in _bring(case)),
        words.line(f"prompts.{_unsafe_or(case, far)}", want=want),
    ]
    if "culture" in deeper.mine and not deeper.unsafe:
        lines.append(words.line("learn.culture"))
    return _numbered(case, 7, "supervision", tuple(lines))


def _bring(case: Case) -> tuple[str, ...]:
    """How to come to supervision; a wish to talk sooner takes nothing from what is unsafe."""
    unsafe = ("unsafe",) if case.deeper.unsafe else ()
    if case.deeper.help == "sooner":
        return _sooner(case), *unsafe
    return unsafe or (case.deeper.help or "plain",)


def _sooner(case: Case) -> str:
    name = "sooner" if case.supervisors else "sooner_alone"
    return f"{name}_ended" if case.debrief.status == "ended" else name
