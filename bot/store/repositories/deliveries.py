"""Repository of the table ``delivery``: a transactional outbox and the queue of its senders."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select, update

from bot.conversation import Person
from bot.store.record_cache import RecordCache
from bot.store.repositories import delivery_statements
from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds
from bot.store.repositories.delivery_records import (
    LOST_STATES,
    UNSENT_STATES,
    Delivery,
    DeliveryCount,
    DeliveryState,
    PlannedDelivery,
    build_delivery_count,
    parse_delivery_row,
)
from bot.store.repositories.delivery_statements import (
    CLAIM_STATEMENT,
    MARK_SENT_STATEMENT,
    RECONCILE_AFTER,
    matches_attempt,
    matches_person,
    matches_planned,
    matches_planned_card,
)
from bot.store.repositories.restored_deliveries import build_new_rows, list_planned_ids
from bot.store.repositories.team_slots import TeamSlots
from bot.store.repositories.unanswered_counts import (
    count_as_unanswered,
    select_unsent_counts,
    uncount_unsent,
)
from bot.store.repositories.workspaces import IS_RESTING
from bot.store.schema import deliveries, workspaces
from bot.store.upsert import insert_missing_rows

__all__ = ["Deliveries", "Delivery", "DeliveryCount", "DeliveryState", "PlannedDelivery"]

_DAY_SECONDS = 86_400
_MAX_REFERENCE_CHARACTERS = 80
_MAX_REASON_CHARACTERS = 60


class Deliveries:
    """Repository of deliveries to people and channels, each sent at most once.

    A state transition is a conditional UPDATE on the state, and on the attempt that the caller
    read (optimistic locking): of two concurrent callers, one gets ``False`` and does nothing.
    The unique constraint over workspace, kind, person, channel and slot is the idempotency key.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*, which contain the counts."""
        self._connection = connection
        self._slots = TeamSlots(connection, records)

    def plan_deliveries(self, planned_deliveries: Iterable[PlannedDelivery]) -> int:
        """Insert rows; one whose unique key exists is skipped. Return how many were inserted."""
        rows = build_new_rows(self._connection, planned_deliveries)
        return insert_missing_rows(self._connection, deliveries, rows)

    def plan_checkins(self, planned_deliveries: Iterable[PlannedDelivery]) -> int:
        """Insert check-ins as :meth:`plan_deliveries` does, and increment the unanswered counts.

        The count is incremented in the same transaction, and only for inserted rows: if two
        processes plan the same check-in, it is counted once. It is decremented when the row ends
        in one of the :data:`UNSENT_STATES`.
        """
        rows = build_new_rows(self._connection, planned_deliveries)
        inserted_count = insert_missing_rows(self._connection, deliveries, rows)
        # The random id of a row that conflicted was not inserted, so it matches no delivery.
        count_as_unanswered(self._slots, list_planned_ids(rows))
        return inserted_count

    def get(self, delivery_id: str) -> Delivery | None:
        """Return the row with the primary key *delivery_id*, or ``None``."""
        query = delivery_statements.SELECT_BY_ID
        return next(iter(self._fetch_deliveries(query, {"delivery_id": delivery_id})), None)

    def list_due_workspaces(
        self, now: datetime, reconcile_after: timedelta = RECONCILE_AFTER
    ) -> tuple[str, ...]:
        """Return the workspaces with rows to send, or claimed *reconcile_after* ago or earlier.

        Workspaces whose row is suspended or in a rate limit's rest are excluded.
        """
        parameters = {
            "now": to_unix_seconds(now),
            "started_before": to_unix_seconds(now - reconcile_after),
        }
        return tuple(self._connection.scalars(_SELECT_DUE_WORKSPACES, parameters))

    def list_due_deliveries(
        self, workspace: str, now: datetime, limit: int
    ) -> tuple[Delivery, ...]:
        """Return at most *limit* due, planned rows before their deadline, by due time."""
        parameters = {"workspace_id": workspace, "now": to_unix_seconds(now), "row_limit": limit}
        return self._fetch_deliveries(delivery_statements.SELECT_DUE, parameters)

    def next_due(self, after: datetime) -> datetime | None:
        """Return the earliest due time after *after* of a planned row; ``None`` without one."""
        query = select(func.min(deliveries.c.due)).where(
            deliveries.c.state == DeliveryState.PLANNED, deliveries.c.due > to_unix_seconds(after)
        )
        unix_seconds = self._connection.scalar(query)
        return None if unix_seconds is None else from_unix_seconds(unix_seconds)

    def claim_delivery(self, delivery_id: str, attempt: int, now: datetime) -> bool:
        """Claim a planned row before it is sent, by a conditional UPDATE to ``SENDING``.

        *attempt* is the number that the caller read; the claimed attempt is ``attempt + 1``.
        ``False`` if another process has claimed or changed the row, or *now* is past its deadline.
        """
        parameters = {
            "delivery_id": delivery_id,
            "seen_attempt": attempt,
            "next_attempt": attempt + 1,
            "claimed_at": to_unix_seconds(now),
        }
        return self._connection.execute(CLAIM_STATEMENT, parameters).rowcount == 1

    def mark_sent(self, delivery_id: str, attempt: int, reference: str = "") -> bool:
        """Move the claimed attempt to ``SENT``, with the product's *reference*, truncated."""
        parameters = {
            "delivery_id": delivery_id,
            "seen_attempt": attempt,
            "message_reference": reference[:_MAX_REFERENCE_CHARACTERS],
        }
        return self._connection.execute(MARK_SENT_STATEMENT, parameters).rowcount == 1

    def requeue_delivery(
        self,
        delivery_id: str,
        attempt: int,
        not_before: datetime | None = None,
        reason: str = "",
    ) -> bool:
        """Move a claimed attempt that was not posted back to ``PLANNED``, for a retry.

        *not_before* replaces the due time, and a *reason* the stored one: the product's error code.
        """
        due = {} if not_before is None else {"due": to_unix_seconds(not_before)}
        return self._finish_attempt(delivery_id, attempt, DeliveryState.PLANNED, reason, **due)

    def mark_unconfirmed(self, delivery_id: str, attempt: int, reason: str = "") -> bool:
        """Move the claimed attempt to ``UNCONFIRMED``: it may have been posted; no retry."""
        return self._finish_attempt(delivery_id, attempt, DeliveryState.UNCONFIRMED, reason)

    def mark_failed(self, delivery_id: str, attempt: int, reason: str = "") -> bool:
        """Move the claimed attempt to ``FAILED``: the product rejected the message; no retry."""
        return self._finish_attempt(delivery_id, attempt, DeliveryState.FAILED, reason)

    def mark_unreachable(self, delivery_id: str, attempt: int, reason: str = "") -> bool:
        """Move the claimed attempt to ``UNREACHABLE``: the address accepts no message; no retry."""
        return self._finish_attempt(delivery_id, attempt, DeliveryState.UNREACHABLE, reason)

    def mark_missed(self, delivery_id: str, attempt: int, reason: str = "") -> bool:
        """Move a planned, or claimed and not posted, attempt past its deadline to ``MISSED``."""
        is_unsent = matches_attempt(
            delivery_id, attempt, DeliveryState.PLANNED, DeliveryState.SENDING
        )
        return self._update_rows(is_unsent, DeliveryState.MISSED, reason) == 1

    def mark_withdrawn(self, delivery_id: str) -> bool:
        """Move a planned row to ``WITHDRAWN``; ``False`` if it is not planned any more."""
        is_planned = matches_planned(delivery_id)
        return self._update_rows(is_planned, DeliveryState.WITHDRAWN) == 1

    def withdraw_for_person(self, person: Person, *, except_kinds: tuple[str, ...] = ()) -> int:
        """Withdraw the planned rows of *person* but those of *except_kinds*; return how many."""
        is_withdrawn = matches_person(person) & deliveries.c.kind.not_in(except_kinds)
        return self._change_state(DeliveryState.PLANNED, is_withdrawn, DeliveryState.WITHDRAWN)

    def withdraw_for_channel(self, workspace: str, channel: str) -> int:
        """Withdraw the planned rows of a channel; return how many."""
        in_channel = (deliveries.c.workspace == workspace) & (deliveries.c.channel == channel)
        return self._change_state(DeliveryState.PLANNED, in_channel, DeliveryState.WITHDRAWN)

    def postpone_delivery(self, delivery_id: str, not_before: datetime) -> bool:
        """Set the due time of a planned row to *not_before*; ``False`` if it is not planned."""
        due = to_unix_seconds(not_before)
        return self._update_rows(matches_planned(delivery_id), DeliveryState.PLANNED, due=due) == 1

    def make_introduction_due(self, workspace: str, channel: str, now: datetime) -> bool:
        """Set the due time of *channel*'s planned card to *now*; ``False`` without one."""
        due = to_unix_seconds(now)
        is_card = matches_planned_card(workspace, channel, due)
        return self._update_rows(is_card, DeliveryState.PLANNED, due=due) > 0

    def replan_lost_introduction(self, workspace: str, channel: str, now: datetime) -> bool:
        """Move the last card of *channel* from a lost state back to ``PLANNED``, due *now*.

        ``False`` if it is in another state than :data:`LOST_STATES`, or past its deadline.
        """
        parameters = {"workspace_id": workspace, "channel_id": channel}
        cards = self._fetch_deliveries(delivery_statements.SELECT_LAST_CARD, parameters)
        if not cards or cards[0].state not in LOST_STATES or cards[0].deadline < now:
            return False
        is_lost = matches_attempt(cards[0].id, cards[0].attempt, *LOST_STATES)
        return self._update_rows(is_lost, DeliveryState.PLANNED, due=to_unix_seconds(now)) == 1

    def list_unfinished_attempts(
        self,
        workspace: str,
        now: datetime,
        limit: int,
        reconcile_after: timedelta = RECONCILE_AFTER,
    ) -> tuple[Delivery, ...]:
        """Return at most *limit* rows that were claimed *reconcile_after* ago or earlier."""
        parameters = {
            "workspace_id": workspace,
            "started_before": to_unix_seconds(now - reconcile_after),
            "row_limit": limit,
        }
        return self._fetch_deliveries(delivery_statements.SELECT_UNFINISHED, parameters)

    def expire_overdue(self, now: datetime) -> int:
        """Move overdue rows at *now* to a final state, by two UPDATEs; return how many.

        Planned ones past their deadline become ``MISSED``, and their unanswered counts are
        decremented; claimed ones that were not reconciled within a day become ``UNCONFIRMED``.
        """
        parameters = {"now": to_unix_seconds(now)}
        overdue_counts = delivery_statements.SELECT_OVERDUE_COUNTS
        uncount_unsent(self._connection, self._slots, overdue_counts, parameters)
        missed = self._connection.execute(delivery_statements.MARK_OVERDUE_MISSED, parameters)
        unconfirmed = self._connection.execute(
            delivery_statements.MARK_ABANDONED_UNCONFIRMED,
            {"day_ago": to_unix_seconds(now) - _DAY_SECONDS},
        )
        return missed.rowcount + unconfirmed.rowcount

    def count_by_state(self) -> tuple[DeliveryCount, ...]:
        """Return the counts of rows by due day, kind, state and reason, without ids of persons."""
        day = (deliveries.c.due // _DAY_SECONDS).label("day")
        groups = (day, deliveries.c.kind, deliveries.c.state, deliveries.c.reason)
        query = select(*groups, func.count()).group_by(*groups).order_by(*groups)
        rows = self._connection.execute(query)
        return tuple(build_delivery_count(*row) for row in rows)

    def delete_before(self, cutoff: datetime, *, except_kinds: tuple[str, ...] = ()) -> int:
        """Delete rows with a deadline before *cutoff* and return how many were deleted.

        Those of *except_kinds* remain: their row is the idempotency key of a message that is
        planned once, and after a deletion it could be inserted again.
        """
        parameters = {"cutoff": to_unix_seconds(cutoff), "except_kinds": except_kinds}
        return self._connection.execute(delivery_statements.DELETE_BEFORE, parameters).rowcount

    def _fetch_deliveries(
        self, statement: Select[Any], parameters: Mapping[str, object] | None = None
    ) -> tuple[Delivery, ...]:
        rows = self._connection.execute(statement, parameters)
        return tuple(parse_delivery_row(row) for row in rows)

    def _finish_attempt(
        self, delivery_id: str, attempt: int, state: DeliveryState, reason: str, **values: object
    ) -> bool:
        is_current = matches_attempt(delivery_id, attempt, DeliveryState.SENDING)
        return self._update_rows(is_current, state, reason, **values) == 1

    def _change_state(
        self, old_state: DeliveryState, condition: ColumnElement[bool], new_state: DeliveryState
    ) -> int:
        return self._update_rows((deliveries.c.state == old_state) & condition, new_state)

    def _update_rows(
        self,
        condition: ColumnElement[bool],
        state: DeliveryState,
        reason: str = "",
        **values: object,
    ) -> int:
        """UPDATE the rows, *reason* unless blank; for :data:`UNSENT_STATES`, decrement counts."""
        if state in UNSENT_STATES:
            uncount_unsent(self._connection, self._slots, select_unsent_counts(condition))
        if reason:
            values["reason"] = reason[:_MAX_REASON_CHARACTERS]
        change = update(deliveries).where(condition).values(state=state, **values)
        return self._connection.execute(change).rowcount


_REFUSES_MESSAGES = exists().where(
    workspaces.c.id == deliveries.c.workspace, (workspaces.c.suspended != "") | IS_RESTING
)

_SELECT_DUE_WORKSPACES = (
    select(deliveries.c.workspace)
    .where(delivery_statements.IS_SENDABLE | delivery_statements.IS_UNFINISHED, ~_REFUSES_MESSAGES)
    .distinct()
    .order_by(deliveries.c.workspace)
)
