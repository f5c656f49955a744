"""What the content is made of: cards, signs, questions, phrases and their sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from bot.elements import Option

EvidenceLevel = Literal[
    "meta_analysis", "qualitative", "study", "consensus", "resource", "practice"
]
"""How much weight a source carries; ``practice`` marks advice that rests on experience."""


CardKind = Literal["point", "scene", "peers", "minutes"]
"""A point to take in, a made-up scene, a question for peers, or two minutes of practice."""

CARD_KINDS: tuple[CardKind, ...] = get_args(CardKind)


@dataclass(frozen=True)
class Reference:
    """Where a claim comes from, so that a clinician can read it for themselves.

    ``claim`` is all that may be said from it, in one sentence of ours. ``doi`` is bare
    (``10.…``) or ``""``; ``url`` always opens the work itself.
    """

    id: str
    citation: str
    doi: str
    url: str
    level: EvidenceLevel


@dataclass(frozen=True)
class Tip:
    """One card of advice for a clinician, read in half a minute.

    ``atom`` is the element of the source article it grew from (``T1a``). ``try_this`` is
    one thing to do; ``say`` is a sentence to say aloud, or ``""``. ``reference`` is an id
    of the references, or ``""`` for practice advice. A practice's own card has no atom.
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
    """A question with coded answers, as the codebook words it in one language.

    ``brief`` names each code in 20 characters at most, for charts and captions.
    """

    id: str
    text: str
    options: tuple[Option, ...]
    required: bool
    max_selected: int
    hint: str = ""
    short_labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def get_option(self, code: str) -> Option:
        """Return the option with *code*; KeyError when this question has none such."""
        for option in self.options:
            if option.code == code:
                return option
        raise KeyError(code)

    @property
    def option_codes(self) -> frozenset[str]:
        """Every code that this question offers."""
        return frozenset(option.code for option in self.options)


@dataclass(frozen=True)
class Sign:
    """A plain geometric sign dealt to a check-in: one glyph, and its name in words."""

    code: str
    glyph: str
    name: str


@dataclass(frozen=True)
class Lens:
    """One way of looking at one's own week; eight of them take turns."""

    id: str
    text: str


@dataclass(frozen=True)
class Phrase:
    """A sentence that a clinician may adapt and say, with the care it asks for, if any."""

    id: str
    text: str
    caution: str = ""


@dataclass(frozen=True)
class Exercise:
    """Ten minutes of practice for two people or more, with no facts of a client.

    ``forms`` and ``statuses`` are the codes of the strains that it suits; each of ``steps``
    goes with its minutes.
    """

    id: str
    title: str
    aim: str
    steps: tuple[tuple[int, str], ...]
    forms: frozenset[str]
    statuses: frozenset[str]
