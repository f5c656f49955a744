"""Probes before the first message after an outage, and those of suspended workspaces."""

import logging
import secrets
from functools import partial

from bot.context import Context
from bot.conversation import SendStatus
from bot.outlet import Outlet, ProbeStatus
from bot.workflows import workspace_probes
from bot.workflows.workspace_probes import Availability

logger = logging.getLogger("attune.delivery")

_MAX_UNKNOWN_RESULTS = 3
"""Number of unknown results in a row that means an outage of the product.

After a probe a single one does: the outage has not ended.
"""

_JITTER_STEPS = 1000

_PROVING_STATUSES = frozenset(
    {SendStatus.SENT, SendStatus.FAILED, SendStatus.GONE, SendStatus.CLOSED}
)
"""Results that prove that the product answers; a delay that it requests does not."""


def draw_jitter_fraction() -> float:
    """Return a random number from 0 to 1."""
    return secrets.randbelow(_JITTER_STEPS + 1) / _JITTER_STEPS


class OutageDetector:
    """Detects an outage in one run of messages to a workspace, and ends an earlier one.

    Every run with an unknown result at its end means an outage, however few messages it had:
    otherwise each run of an outage would leave further messages in doubt.
    """

    def __init__(self, context: Context, workspace: str, *, is_recovering: bool) -> None:
        """Start without any result; *is_recovering* after a probe."""
        self._context = context
        self._workspace = workspace
        self._is_recovering = is_recovering
        self._unknown_count = 0
        self._is_suspended = False

    @property
    def has_outage(self) -> bool:
        """Whether no further message may be sent in this run."""
        return self._unknown_count >= (1 if self._is_recovering else _MAX_UNKNOWN_RESULTS)

    async def record_status(self, status: SendStatus | None) -> None:
        """Count the result of a message; the first one that was sent ends an earlier outage."""
        if status is SendStatus.UNKNOWN:
            self._unknown_count += 1
        elif status in _PROVING_STATUSES:
            self._unknown_count = 0
        self._is_suspended = status is SendStatus.CLOSED
        if status is SendStatus.SENT and self._is_recovering:
            self._is_recovering = False
            await self._context.store.for_workspace(self._workspace).write(
                lambda repos: repos.workspaces.reset_probes(self._workspace)
            )

    async def finish_run(self) -> None:
        """Store when the workspace is probed, after an outage or a suspension in this run."""
        if not self._unknown_count and not self._is_suspended:
            return
        now, jitter_fraction = self._context.now(), draw_jitter_fraction()
        await self._context.store.for_workspace(self._workspace).write(
            lambda repos: workspace_probes.schedule_next_probe(
                repos, self._workspace, now, jitter_fraction
            )
        )
        if self._unknown_count:
            facts = {"action": "workspaces.in_doubt", "count": self._unknown_count}
            logger.warning("workspaces.in_doubt", extra=facts)


class Prober:
    """Probes workspaces before messages are sent to them, where a probe is due."""

    def __init__(self, context: Context) -> None:
        """Probe the workspaces in the store of *context*."""
        self._context = context

    async def begin_run(self, workspace: str, outlet: Outlet) -> OutageDetector | None:
        """Probe *workspace* if necessary; return ``None`` while it must not get messages."""
        scope, now = self._context.store.for_workspace(workspace), self._context.now()
        availability = await scope.read(
            partial(workspace_probes.check_availability, workspace=workspace, now=now)
        )
        is_recovering = availability is Availability.PROBE_DUE
        if availability is Availability.UNAVAILABLE:
            return None
        if is_recovering and not await self._probe_workspace(workspace, outlet):
            return None
        return OutageDetector(self._context, workspace, is_recovering=is_recovering)

    async def _probe_workspace(self, workspace: str, outlet: Outlet) -> bool:
        """Probe *workspace* and record the result; return whether messages may be sent."""
        scope, now = self._context.store.for_workspace(workspace), self._context.now()
        address = await scope.read(
            partial(workspace_probes.find_probe_address, workspace=workspace, now=now)
        )
        result = await outlet.probe(address)
        record = partial(
            workspace_probes.record_probe_result,
            workspace=workspace,
            result=result,
            now=self._context.now(),
            jitter_fraction=draw_jitter_fraction(),
        )
        if action := await scope.write(record):
            logger.warning(action, extra={"action": action, "reason": result.reason})
        return result.status is ProbeStatus.AVAILABLE
