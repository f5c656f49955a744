"""Reconciliation of deliveries in doubt: rows that are claimed, with no result in the database."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.context import Context
from bot.conversation import SearchResult
from bot.outlet import Outlet
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.store.repositories.delivery_statements import RECONCILE_AFTER
from bot.workflows import delivery_outcome
from schedules.delivery.action_log import log_action

_MAX_LOOKUPS = 40
"""Maximum lookups per pass: each is a request, which delays the workspace's due messages."""

_MIN_LOOKUP_BACKOFF_SECONDS = 60.0
"""First backoff after a lookup that the product rejected for now; it doubles at each retry."""

_MAX_LOOKUP_BACKOFF_SECONDS = 64 * 60.0
"""Maximum backoff between two lookups of a workspace."""


class Reconciler:
    """Looks up through the product's API whether messages in doubt were posted; settles their rows.

    A delivery is in doubt when its claim was committed and its result was not: after a crash, a
    timeout, or a response that proves nothing. A lookup searches the conversation for the
    delivery's id, which the request stored with the message.
    """

    def __init__(self, context: Context, reconcile_after: timedelta = RECONCILE_AFTER) -> None:
        """Reconcile the rows in the store of *context* that were claimed *reconcile_after* ago.

        The backoff by workspace is in the memory of this process.
        """
        self._context = context
        self._reconcile_after = reconcile_after
        self._lookup_backoffs: dict[str, tuple[datetime, float]] = {}

    async def reconcile_workspace(self, workspace: str, outlet: Outlet) -> None:
        """Settle the workspace's deliveries in doubt, one lookup after another through *outlet*.

        Each result is stored in a write transaction of its own: a message that was found is marked
        as sent; one proven absent is queued again, or missed after its deadline; any other becomes
        unconfirmed where no lookup is supported, or after the deadline. A lookup that is rejected
        for now ends the pass and starts a backoff, during which a call does nothing. Raises
        :class:`bot.errors.StoreBusyError`.
        """
        now = self._context.now()
        since, backoff_seconds = self._lookup_backoffs.get(workspace, (now, 0.0))
        if since <= now < since + timedelta(seconds=backoff_seconds):
            return
        for delivery in await self._context.store.for_workspace(workspace).read(
            partial(_load_deliveries_in_doubt, workspace, now, self._reconcile_after)
        ):
            search_result = await self._check_posted(delivery, outlet)
            settle = partial(
                delivery_outcome.record_search_result,
                delivery=delivery,
                search_result=search_result,
                now=now,
            )
            log_action(
                await self._context.store.for_workspace(workspace).write(settle),
                delivery,
                search_result.value,
            )
            if search_result is SearchResult.RETRY_LATER:
                doubled = max(_MIN_LOOKUP_BACKOFF_SECONDS, backoff_seconds * 2)
                self._lookup_backoffs[workspace] = (now, min(doubled, _MAX_LOOKUP_BACKOFF_SECONDS))
                return
        self._lookup_backoffs.pop(workspace, None)

    async def _check_posted(self, delivery: Delivery, outlet: Outlet) -> SearchResult:
        address = delivery_outcome.build_address(delivery)
        route = await self._context.store.for_workspace(address.workspace).read(
            lambda repos: repos.chat_routes.get_route(address)
        )
        started_at = delivery.started_at.timestamp()
        return await outlet.check_posted(replace(address, route=route), delivery.id, started_at)


def _load_deliveries_in_doubt(
    workspace: str, now: datetime, reconcile_after: timedelta, repos: Repositories
) -> tuple[Delivery, ...]:
    if not repos.workspaces.accepts_messages(workspace, now):
        return ()
    return repos.deliveries.list_unfinished_attempts(workspace, now, _MAX_LOOKUPS, reconcile_after)
