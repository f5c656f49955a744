"""A fault that is injected from outside of the bot, and the result of playing it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.faults.deployment import Deployment
from tests.faults.person import Seen

Injection = Callable[[Deployment], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """A named fault: ``inject`` holds it for as long as its context is open.

    ``environment`` is the name of the deployment it is played on (see ``environments``). For the
    table it lasts ``seconds``: long enough for the periodic checks of health. The test suite plays
    it for ``quick_seconds``, and not at all if that is ``None``.
    """

    name: str
    environment: str
    inject: Injection
    seconds: float = 20.0
    quick_seconds: float | None = 0.0


@dataclass(frozen=True)
class FaultResult:
    """What a person sees during a fault, what health reports, and the figures afterwards.

    ``submission`` is seen by a clinician whose form was open before the fault, ``command`` by a
    clinician who opens one during it. ``health`` has the answers of `/readyz` and `/servez`.
    Lost and duplicated are counts of acknowledged debriefs and due messages.
    """

    submission: Seen
    command: Seen
    health: tuple[str, str]
    lost_count: int
    duplicate_count: int
    recovery_seconds: float

    def list_cells(self, name: str) -> list[str]:
        """Return the row of the table in docs/faults.md; times are left out, as they vary."""
        ready, served = self.health
        counts = (str(self.lost_count), str(self.duplicate_count))
        return [name, self.submission, self.command, ready, *counts, served]

    def render_row(self, name: str) -> str:
        """Return the same as a line of Markdown."""
        return f"| {' | '.join(self.list_cells(name))} |"


HEADING = (
    "| fault | submission of an open form | `/rupture` | `/readyz` | lost | twice | `/servez` |\n"
    "| --- | --- | --- | --- | --- | --- | --- |"
)
