"""Data classes of the content: cards, signs, questions, phrases and their sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, get_args

from bot.elements import Option

EvidenceLevel = Literal[
    "meta_analysis",
    "review",
    "qualitative",
    "single_study",
    "study",
    "consensus",
    "resource",
    "practice",
]
"""Evidence level of a source.

``study`` is cited for a definition alone, and ``practice`` marks advice based on experience.
"""


CardKind = Literal["point", "scene", "peers", "minutes"]
"""A point to remember, a fictional scene, a question for peers, or two minutes of practice."""

CARD_KINDS: tuple[CardKind, ...] = get_args(CardKind)

DrillGroup = Literal["away", "against", "skills"]
"""A marker of withdrawal or of confrontation, or a client who is hard to stay warm with."""

DRILL_GROUPS: tuple[DrillGroup, ...] = get_args(DrillGroup)


@dataclass(frozen=True)
class Reference:
    """The source of a claim, with a link for the reader.

    ``doi`` is bare (``10.…``) or ``""``; ``url`` always links the work itself.
    """

    id: str
    citation: str
    doi: str
    url: str
    level: EvidenceLevel


@dataclass(frozen=True)
class Tip:
    """One card of advice for a clinician, readable in half a minute.

    ``atom`` is the element of the source article that it is derived from (``T1a``), or ``""`` for a
    card on a study that the article does not cite. ``try_this``
    is one action to try; ``say`` is a sentence to use aloud, or ``""``. ``reference`` is the id of
    a reference, or ``""`` for practice advice. A custom card has no atom.
    """

    id: str
    atom: str
    topic: str
    title: str
    point: str
    try_this: str
    say: str
    reference: str
    kind: CardKind = "point"


@dataclass(frozen=True)
class Question:
    """A question with coded answers, as the codebook phrases it in one language.

    ``short_labels`` maps each code to a label of 20 characters at most, for charts and captions.
    """

    id: str
    text: str
    options: tuple[Option, ...]
    required: bool
    max_selected: int
    hint: str = ""
    short_labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def get_option(self, code: str) -> Option:
        """Return the option with *code*; KeyError if the question has none."""
        for option in self.options:
            if option.code == code:
                return option
        raise KeyError(code)

    @cached_property
    def option_codes(self) -> frozenset[str]:
        """The codes of all options."""
        return frozenset([option.code for option in self.options])


@dataclass(frozen=True)
class Sign:
    """A geometric glyph assigned to a check-in, with its name in words for screen readers."""

    code: str
    glyph: str
    name: str


@dataclass(frozen=True)
class Lens:
    """One prompt to review a week with; eight of them rotate."""

    id: str
    text: str


@dataclass(frozen=True)
class Phrase:
    """A sentence that a clinician may adapt and use, with a caution where it needs one."""

    id: str
    text: str
    caution: str = ""


@dataclass(frozen=True)
class RehearsedReply:
    """One reply that a client may give to a first sentence, with what helps next.

    ``does`` describes what a good next sentence does, and ``example`` is one. ``code`` is
    ``silence``, ``fine`` or ``sharper``.
    """

    code: str
    reply: str
    does: str
    example: str


@dataclass(frozen=True)
class Exercise:
    """Ten minutes of practice for two people or more, without facts about any client.

    ``forms`` and ``statuses`` are the codes of the strains that it suits; each of ``steps`` is a
    pair of minutes and text.
    """

    id: str
    title: str
    aim: str
    steps: tuple[tuple[int, str], ...]
    forms: frozenset[str]
    statuses: frozenset[str]


@dataclass(frozen=True)
class Drill:
    """Lines of a fictional client to answer aloud, at three levels of difficulty.

    ``setting`` is what happened just before. ``lines`` are ordered from easy to hard.
    ``criteria`` continue the words "a good answer": what an answer does, never what it says.
    """

    id: str
    group: DrillGroup
    title: str
    setting: str
    lines: tuple[str, str, str]
    criteria: tuple[str, ...]
