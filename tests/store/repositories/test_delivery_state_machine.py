"""Property-based test: in any order of operations, deliveries follow the state diagram."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from bot.store.keys.key_store import KeyStore
from bot.store.record_cache import RecordCache
from bot.store.repositories.deliveries import Deliveries, DeliveryState
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.sample_jobs import DEADLINE, MARIE, NOW, PLANNED_CHECKIN, PLANNED_TIP

PLANNED_DELIVERIES = [PLANNED_CHECKIN, replace(PLANNED_CHECKIN, slot="2026-W38"), PLANNED_TIP]
INDEXES = st.sampled_from(range(len(PLANNED_DELIVERIES)))
ATTEMPTS = st.integers(0, 3)
INSTANTS = st.integers(0, 70).map(lambda hours: NOW + timedelta(hours=hours))


@dataclass(frozen=True)
class Expected:
    """The expected state of one delivery."""

    state: DeliveryState = DeliveryState.PLANNED
    attempt: int = 0
    started_at: datetime = NOW


class DeliveryMachine(RuleBasedStateMachine):
    """Claims, settlements, crashes and departures, compared with a plain model."""

    engine: ClassVar[Engine]
    key_store: ClassVar[KeyStore]

    def __init__(self) -> None:
        """Open a transaction that is rolled back at the end."""
        super().__init__()
        self.connection = self.engine.connect()
        self.connection.begin()
        self.deliveries = Deliveries(self.connection, RecordCache(self.connection, self.key_store))
        self.delivery_ids: list[str] = []
        self.model: list[Expected] = []

    def teardown(self) -> None:
        """Roll back the transaction."""
        self.connection.close()

    @initialize()
    def plan(self) -> None:
        """Plan three deliveries."""
        assert self.deliveries.plan_deliveries(PLANNED_DELIVERIES) == 3
        due_deliveries = self.deliveries.list_due_deliveries(PLANNED_CHECKIN.workspace, DEADLINE, 9)
        ids_by_slot = {(delivery.kind, delivery.slot): delivery.id for delivery in due_deliveries}
        self.delivery_ids = [
            ids_by_slot[delivery.kind, delivery.slot] for delivery in PLANNED_DELIVERIES
        ]
        self.model = [Expected() for _ in PLANNED_DELIVERIES]

    @rule()
    def plan_again(self) -> None:
        """A planned delivery is not planned again, whatever its state."""
        assert self.deliveries.plan_deliveries(PLANNED_DELIVERIES) == 0

    @rule(index=INDEXES, attempt=ATTEMPTS, at=INSTANTS)
    def claim(self, index: int, attempt: int, at: datetime) -> None:
        """A claim succeeds only for the current attempt and before the deadline."""
        is_allowed = self._is_in_state(index, DeliveryState.PLANNED, attempt) and at <= DEADLINE
        assert self.deliveries.claim_delivery(self.delivery_ids[index], attempt, at) == is_allowed
        if is_allowed:
            self.model[index] = Expected(DeliveryState.SENDING, attempt + 1, at)

    @rule(
        index=INDEXES,
        attempt=ATTEMPTS,
        state=st.sampled_from(
            [
                DeliveryState.SENT,
                DeliveryState.PLANNED,
                DeliveryState.UNCONFIRMED,
                DeliveryState.FAILED,
                DeliveryState.UNREACHABLE,
            ]
        ),
    )
    def settle(self, index: int, attempt: int, state: DeliveryState) -> None:
        """Only the claimed attempt can be settled."""
        transitions: dict[DeliveryState, Callable[[str, int], bool]] = {
            DeliveryState.SENT: self.deliveries.mark_sent,
            DeliveryState.PLANNED: self.deliveries.requeue_delivery,
            DeliveryState.UNCONFIRMED: self.deliveries.mark_unconfirmed,
            DeliveryState.FAILED: self.deliveries.mark_failed,
            DeliveryState.UNREACHABLE: self.deliveries.mark_unreachable,
        }
        is_allowed = self._is_in_state(index, DeliveryState.SENDING, attempt)
        assert transitions[state](self.delivery_ids[index], attempt) == is_allowed
        self._set_state(index, state, is_allowed=is_allowed)

    @rule(index=INDEXES, attempt=ATTEMPTS)
    def miss(self, index: int, attempt: int) -> None:
        """A delivery that is planned or proved absent can be missed."""
        is_allowed = any(
            self._is_in_state(index, state, attempt)
            for state in (DeliveryState.PLANNED, DeliveryState.SENDING)
        )
        assert self.deliveries.mark_missed(self.delivery_ids[index], attempt) == is_allowed
        self._set_state(index, DeliveryState.MISSED, is_allowed=is_allowed)

    @rule(at=INSTANTS)
    def expire(self, at: datetime) -> None:
        """Claims become unconfirmed a day after the deadline, planned deliveries missed at once."""
        unreconciled = [
            index
            for index, expected in enumerate(self.model)
            if expected.state is DeliveryState.SENDING
        ]
        unreconciled = [index for index in unreconciled if at > DEADLINE + timedelta(days=1)]
        overdue = [
            index
            for index, expected in enumerate(self.model)
            if expected.state is DeliveryState.PLANNED and at > DEADLINE
        ]
        assert self.deliveries.expire_overdue(at) == len(unreconciled) + len(overdue)
        for index in unreconciled:
            self._set_state(index, DeliveryState.UNCONFIRMED)
        for index in overdue:
            self._set_state(index, DeliveryState.MISSED)

    @rule()
    def leave(self) -> None:
        """A departure withdraws the person's planned deliveries and no other."""
        planned_indexes = [
            index for index in (0, 1) if self.model[index].state is DeliveryState.PLANNED
        ]
        assert self.deliveries.withdraw_for_person(MARIE) == len(planned_indexes)
        for index in planned_indexes:
            self._set_state(index, DeliveryState.WITHDRAWN)

    @invariant()
    def matches_model(self) -> None:
        """Repository and model agree on every delivery."""
        for delivery_id, expected in zip(self.delivery_ids, self.model, strict=True):
            delivery = self.deliveries.get(delivery_id)
            assert delivery is not None
            assert (delivery.state, delivery.attempt) == (expected.state, expected.attempt)

    def _is_in_state(self, index: int, state: DeliveryState, attempt: int) -> bool:
        return self.model[index].state is state and self.model[index].attempt == attempt

    def _set_state(self, index: int, state: DeliveryState, *, is_allowed: bool = True) -> None:
        if is_allowed:
            self.model[index] = replace(self.model[index], state=state)


def test_deliveries_follow_the_state_diagram(tmp_path: Path) -> None:
    """In any order of claims, settlements, crashes and departures, repository and model agree."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())

    class MachineOnStore(DeliveryMachine):
        engine = store._engines.writer
        key_store = store.key_store

    run_state_machine_as_test(
        MachineOnStore,
        settings=settings(max_examples=60, stateful_step_count=25, deadline=None),
    )

    store.close_sync()
