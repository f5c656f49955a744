"""The result of one check of a deployment."""

from dataclasses import dataclass, field

from bot.content.catalogue import LanguagePack
from bot.errors import Fault


@dataclass(frozen=True)
class Finding:
    """Result of one check: whether it passed, and the catalogue key of its message."""

    is_healthy: bool
    key: str
    facts: dict[str, str | int] = field(default_factory=dict)
    fault: Fault | None = None
    """The fault that the message contains, if it has a ``{where}`` and a ``{remedy}``."""

    def render_sentence(self, words: LanguagePack) -> str:
        """Return the message in the language of *words*."""
        if self.fault is None:
            return words.translate(self.key, **self.facts)
        remedy = words.translate(self.fault.key, **self.fault.facts)
        return words.translate(self.key, where=self.fault.location, remedy=remedy)


def build_fault_finding(fault: Fault) -> Finding:
    """Return the finding of a check that failed because of *fault*."""
    return Finding(is_healthy=False, key="operator.doctor.fault", fault=fault)
