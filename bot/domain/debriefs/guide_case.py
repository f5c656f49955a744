"""The case of one guide, which selects its lines: the filed codes, and their refinement."""

from dataclasses import dataclass
from functools import lru_cache

from bot.content.catalogue import LanguagePack
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.domain.debriefs.guide_layout import Step

EARLY_STATUSES = frozenset({"not_named", "touched"})

CONCLUDED_STATUSES = frozenset({"repaired", "ended"})
"""Statuses without a further conversation about the rupture: their lines are retrospective."""

RISK_CUES = frozenset({"self_blame", "cancelled"})
"""Cues of a client who may be at risk: the service's safety procedure precedes any repair."""


@dataclass(frozen=True)
class GuideCase:
    """The input of one guide: the two filed codes, and their refinement."""

    debrief: Debrief
    refinement: Refinement
    words: LanguagePack
    supervisors: tuple[str, ...]

    @property
    def repair_phase(self) -> str:
        """The phase of the repair that selects the lines of the protection step."""
        return "early" if self.debrief.status in EARLY_STATUSES else self.debrief.status

    def name_unless_unsafe(self, name: str) -> str:
        """Return *name*, or the name of the safety branch on it."""
        return "unsafe" if self.refinement.is_unsafe else name

    def select_step(self, name: str, *line_names: str) -> Step:
        """Return the step *name* with these lines of the guide, and no elements."""
        return select_step(self.words, name, line_names)

    def room_line_names(self, section: str) -> tuple[str, ...]:
        """Return the line of *section* for who takes part in the sessions, if it was selected."""
        return (f"{section}.{self.refinement.room}",) if self.refinement.room else ()


@lru_cache(maxsize=1024)
def select_step(words: LanguagePack, name: str, line_names: tuple[str, ...]) -> Step:
    """Return a step without elements, which many guides share."""
    return Step(name, tuple(map(words.guide_line, line_names)))
