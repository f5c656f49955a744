"""Circuit breaker per workspace: stops sending in an outage, and probes before it sends again.

Between runs the state is in the workspace's row, for all processes: the count of probes (0 is a
closed circuit), the end of its rest, and the time of the next probe of a suspended workspace. A
probe is a request that posts nothing; the exponential backoff is in
:mod:`bot.domain.probe_backoff`.
"""

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
"""Consecutive unknown results, such as timeouts, that open the circuit.

After a successful probe (half-open) a single one does: the outage has not ended.
"""

_JITTER_STEPS = 1000
"""Resolution of the random jitter."""

_PROVING_STATUSES = frozenset(
    {
        SendStatus.SENT,
        SendStatus.FAILED,
        SendStatus.ADDRESS_UNREACHABLE,
        SendStatus.REJECTED_BY_WORKSPACE,
    }
)
"""Results that reset the counter: each is a response that proves that the API handles requests.

A response that only requests a delay (``RETRY_LATER``) does not.
"""


def draw_jitter_fraction() -> float:
    """Return a random number from 0 to 1, the jitter of a backoff."""
    return secrets.randbelow(_JITTER_STEPS + 1) / _JITTER_STEPS


class OutageDetector:
    """Counts the consecutive unknown results of one run of messages to a workspace.

    A run at whose end the counter is not 0 opens the circuit, however few messages it had:
    otherwise each tick of an outage would leave further messages in doubt.
    """

    def __init__(self, context: Context, workspace: str, *, is_recovering: bool) -> None:
        """Start with a counter of 0; *is_recovering* after a successful probe (half-open)."""
        self._context = context
        self._workspace = workspace
        self._is_recovering = is_recovering
        self._unknown_count = 0
        self._is_suspended = False

    @property
    def has_outage(self) -> bool:
        """Whether the counter has reached its limit, so that this run sends no further message."""
        return self._unknown_count >= (1 if self._is_recovering else _MAX_UNKNOWN_RESULTS)

    async def record_status(self, status: SendStatus | None) -> None:
        """Count the result of a request; ``None`` is a delivery without one.

        After a probe, the first message that was sent resets the count of probes in the database,
        in a write transaction: the circuit is closed.
        """
        if status is SendStatus.UNKNOWN:
            self._unknown_count += 1
        elif status in _PROVING_STATUSES:
            self._unknown_count = 0
        self._is_suspended = status is SendStatus.REJECTED_BY_WORKSPACE
        if status is SendStatus.SENT and self._is_recovering:
            self._is_recovering = False
            await self._context.store.for_workspace(self._workspace).write(
                lambda repos: repos.workspaces.reset_probes(self._workspace)
            )

    async def schedule_probe_after_outage(self) -> None:
        """Store the time of the next probe, if the counter is not 0 or the workspace was suspended.

        The delay is an exponential backoff with random jitter. Called once, also after an
        exception in the run.
        """
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
    """Decides whether a run may send to a workspace, and probes it if that is due."""

    def __init__(self, context: Context) -> None:
        """Read and write the state of workspaces in the store of *context*."""
        self._context = context

    async def probe_if_due(self, workspace: str, outlet: Outlet) -> OutageDetector | None:
        """Query the state of *workspace*, and send a probe if one is due.

        Returns the detector for this run; ``None`` while the circuit is open: during a rest or a
        suspension, and after a probe that failed. Raises :class:`bot.errors.StoreBusyError`.
        """
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
        """Send a probe through *outlet*, store its result; return whether messages may be sent.

        The request is sent outside a transaction. A failure schedules the next probe with backoff.
        """
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
