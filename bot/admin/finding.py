"""Result of one deployment check, rendered in the operator's language from a catalogue key."""

from dataclasses import dataclass, field

from bot.content.catalogue import LanguagePack
from bot.errors import Fault


@dataclass(frozen=True)
class Finding:
    """Result of one check: whether it passed, and the catalogue key of its message.

    ``facts`` are the message's placeholder values.
    """

    is_healthy: bool
    key: str
    facts: dict[str, str | int] = field(default_factory=dict)
    fault: Fault | None = None
    """Rendered into the placeholders ``{where}`` and ``{remedy}`` of the message, if it is set."""

    def render_sentence(self, words: LanguagePack) -> str:
        """Render the message from the catalogue in the language of *words*."""
        if self.fault is None:
            return words.translate(self.key, **self.facts)
        remedy = words.translate(self.fault.key, **self.fault.facts)
        return words.translate(self.key, where=self.fault.location, remedy=remedy)


def build_fault_finding(fault: Fault) -> Finding:
    """Convert *fault* to the finding of a failed check."""
    return Finding(is_healthy=False, key="operator.doctor.fault", fault=fault)
