"""Enumerate guides over the answers of a debrief and its deeper questions, with their lines."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Banner, Caption, Element, Form, Quote, Text, flatten_folds
from tests.domain.debriefs.combinations import (
    OWN_PART_CODES,
    ROOM_CODES,
    STATE_CODES,
    STRAIN_CODES,
    WORDS,
    combinations_up_to_three,
    cue_codes_of_form,
    own_part_combinations,
    split_title,
)

LANGUAGE_PACKS = tuple(load_catalogue().get_pack(tag) for tag in load_catalogue().languages)
HELP_CODES = tuple(option.code for option in WORDS.questions["help"].options)
SAFETY_CODES = ("", "safe", "unsafe")
OPEN_STATUSES = frozenset({"not_named", "touched", "working"})
CULTURE_CODES = frozenset({"culture", "culture_hinted", "culture_named"})

_TEXT_TYPES = (Text, Quote, Caption, Banner)


@dataclass(frozen=True)
class WalkedGuide:
    """A guide with the answers that it was built for."""

    debrief: Debrief
    refinement: Refinement
    words: LanguagePack
    guide: Form

    @cached_property
    def lines(self) -> frozenset[str]:
        """Every line of text without its title, sentence to say, caption and banner."""
        language = self.words.language
        texts = [e.text for e in self.elements if isinstance(e, _TEXT_TYPES)]
        return frozenset().union(*[split_lines(text, language) for text in texts])

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The elements of the guide in order, those of a fold in its place."""
        return tuple(flatten_folds(self.guide.body))

    @cached_property
    def quotes(self) -> tuple[str, ...]:
        """The sentences to say, in order."""
        return tuple(e.text for e in self.elements if isinstance(e, Quote))

    @cached_property
    def phrase_ids(self) -> tuple[str, ...]:
        """The ids of the sentences to say, in order."""
        ids_by_text = _phrase_ids_by_text(self.words.language)
        return tuple(ids_by_text[text] for text in self.quotes)

    @cached_property
    def is_open(self) -> bool:
        """True while the rupture is open, outside the safety branch."""
        return self.phase in OPEN_STATUSES

    @cached_property
    def phase(self) -> str:
        """The status of the debrief, or 'unsafe' on the safety branch."""
        return "unsafe" if self.refinement.is_unsafe else self.debrief.status

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of the own parts and of the cues."""
        return frozenset((*self.refinement.own_parts, *self.refinement.cues))

    def has_line(self, key: str) -> bool:
        """Return whether the guide contains the catalogue's line of *key*."""
        return self.words.guide_line(key) in self.lines

    def lines_of(self, *sections: str) -> frozenset[str]:
        """Return the lines of the guide that belong to catalogue *sections*."""
        return self.lines & section_lines(self.words.language, *sections)


def walk_guides(debrief: Debrief, words: LanguagePack) -> Iterator[WalkedGuide]:
    """Yield the guide of every refinement of *debrief* that :func:`iter_refinements` yields."""
    for refinement in iter_refinements(debrief.form):
        yield build_walked_guide(debrief, refinement, words)


def build_walked_guide(
    debrief: Debrief, refinement: Refinement, words: LanguagePack
) -> WalkedGuide:
    """Build the guide of one combination of answers."""
    guide = guides.build_guide_form(debrief, words, refinement)
    return WalkedGuide(debrief, refinement, words, guide)


def iter_refinements(form: str) -> Iterator[Refinement]:
    """Yield the refinements whose products cover every selection of a line, each product complete.

    A line depends on safety, part, cue and help; or on safety, strain, state and part; or on
    several parts, or several cues; or on who takes part, safety, cue and part. A property test
    samples all questions together.
    """
    parts = ((), *((part,) for part in OWN_PART_CODES))
    cues = ((), *((cue,) for cue in cue_codes_of_form(form)))
    helps = ("", *HELP_CODES)
    for safety, help_code, own_parts, cue in product(SAFETY_CODES, helps, parts, cues):
        yield refine(safety, own_parts=own_parts, cues=cue, help_code=help_code)
    for safety, strain, state, own_parts in product(
        SAFETY_CODES, ("", *STRAIN_CODES), ("", *STATE_CODES), parts
    ):
        yield refine(safety, strain=strain, own_parts=own_parts, clinician_state=state)
    for own_parts in own_part_combinations():
        yield refine("", own_parts=own_parts, clinician_state="calm")
    for several_cues in combinations_up_to_three(cue_codes_of_form(form)):
        yield refine("", strain="tasks", cues=several_cues, clinician_state="calm")
    for safety, room, cue, own_parts in product(SAFETY_CODES, ROOM_CODES, cues[::4], parts[:2]):
        yield replace(refine(safety, strain="bond", own_parts=own_parts, cues=cue), room=room)


def refine(
    safety: str,
    *,
    strain: str = "",
    own_parts: tuple[str, ...] = (),
    cues: tuple[str, ...] = (),
    help_code: str = "",
    clinician_state: str = "",
) -> Refinement:
    """Build a refinement with the answer *safety*; '' is an unanswered question."""
    return Refinement(
        strain,
        own_parts,
        cues,
        help_code,
        is_unsafe=safety == "unsafe",
        clinician_state=clinician_state,
        felt_safe=safety == "safe",
    )


@cache
def split_lines(text: str, language: str) -> frozenset[str]:
    """Return the lines of *text*, each without the title of a step at its start."""
    words = get_pack(language)
    return frozenset(split_title(line, words)[1] for line in text.split("\n"))


@cache
def section_lines(language: str, *sections: str) -> frozenset[str]:
    """Return the catalogue's guide lines in *sections*, each a prefix of keys such as 'mine'."""
    words = get_pack(language)
    prefixes = tuple(f"{section}." for section in sections)
    return frozenset(line for key, line in words.guide.items() if key.startswith(prefixes))


@cache
def _phrase_ids_by_text(language: str) -> dict[str, str]:
    return {phrase.text: phrase.id for phrase in get_pack(language).phrases.values()}


def get_pack(language: str) -> LanguagePack:
    """Return the content of a language tag."""
    return next(words for words in LANGUAGE_PACKS if words.language == language)
