"""Whatever happens in whatever order, a delivery moves only along the lines drawn for it."""

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

from bot.store.repositories.deliveries import Deliveries, DeliveryState
from bot.store.store import Store
from tests.store.sample_jobs import DEADLINE, MARIE, NOW, PLANNED_CHECKIN, PLANNED_TIP

PROMISES = [PLANNED_CHECKIN, replace(PLANNED_CHECKIN, slot="2026-W38"), PLANNED_TIP]
WHICH = st.sampled_from(range(len(PROMISES)))
ATTEMPTS = st.integers(0, 3)
MOMENTS = st.integers(0, 70).map(lambda hours: NOW + timedelta(hours=hours))


@dataclass(frozen=True)
class Expected:
    """What a delivery should be."""

    state: DeliveryState = DeliveryState.PLANNED
    attempt: int = 0
    begun: datetime = NOW


class Machine(RuleBasedStateMachine):
    """Beginnings, ends, crashes and departures, beside a plain model of them."""

    engine: ClassVar[Engine]

    def __init__(self) -> None:
        """Keep deliveries in a transaction that is undone at the end."""
        super().__init__()
        self.connection = self.engine.connect()
        self.connection.begin()
        self.book = Deliveries(self.connection)
        self.keys: list[str] = []
        self.model: list[Expected] = []

    def teardown(self) -> None:
        """Undo everything."""
        self.connection.close()

    @initialize()
    def promise(self) -> None:
        """Owe three messages."""
        assert self.book.plan_deliveries(PROMISES) == 3
        owed = self.book.list_due_deliveries(PLANNED_CHECKIN.workspace, DEADLINE, 9)
        slots = {(one.kind, one.slot): one.id for one in owed}
        self.keys = [slots[one.kind, one.slot] for one in PROMISES]
        self.model = [Expected() for _ in PROMISES]

    @rule()
    def promise_again(self) -> None:
        """A promise that was made is not made again, whatever became of it."""
        assert self.book.plan_deliveries(PROMISES) == 0

    @rule(which=WHICH, attempt=ATTEMPTS, at=MOMENTS)
    def begin(self, which: int, attempt: int, at: datetime) -> None:
        """It is begun only as it was seen, and only in time."""
        may = self._is(which, DeliveryState.PLANNED, attempt) and at <= DEADLINE
        assert self.book.claim_delivery(self.keys[which], attempt, at) == may
        if may:
            self.model[which] = Expected(DeliveryState.SENDING, attempt + 1, at)

    @rule(
        which=WHICH,
        attempt=ATTEMPTS,
        state=st.sampled_from(
            [
                DeliveryState.SENT,
                DeliveryState.PLANNED,
                DeliveryState.UNCONFIRMED,
                DeliveryState.FAILED,
                DeliveryState.GONE,
            ]
        ),
    )
    def end(self, which: int, attempt: int, state: DeliveryState) -> None:
        """Only the attempt under way ends."""
        moves: dict[DeliveryState, Callable[[str, int], bool]] = {
            DeliveryState.SENT: self.book.mark_sent,
            DeliveryState.PLANNED: self.book.requeue_delivery,
            DeliveryState.UNCONFIRMED: self.book.mark_unconfirmed,
            DeliveryState.FAILED: self.book.failed,
            DeliveryState.GONE: self.book.mark_gone,
        }
        may = self._is(which, DeliveryState.SENDING, attempt)
        assert moves[state](self.keys[which], attempt) == may
        self._becomes(which, state, may=may)

    @rule(which=WHICH, attempt=ATTEMPTS)
    def miss(self, which: int, attempt: int) -> None:
        """What is planned or proved absent may be missed."""
        may = any(
            self._is(which, state, attempt)
            for state in (DeliveryState.PLANNED, DeliveryState.SENDING)
        )
        assert self.book.mark_missed(self.keys[which], attempt) == may
        self._becomes(which, DeliveryState.MISSED, may=may)

    @rule(at=MOMENTS)
    def give_up(self, at: datetime) -> None:
        """What was begun is unconfirmed a day too late, what is too late is missed."""
        unsure = [n for n, one in enumerate(self.model) if one.state is DeliveryState.SENDING]
        unsure = [n for n in unsure if at > DEADLINE + timedelta(days=1)]
        late = [
            n
            for n, one in enumerate(self.model)
            if one.state is DeliveryState.PLANNED and at > DEADLINE
        ]
        assert self.book.expire_overdue(at) == len(unsure) + len(late)
        for which in unsure:
            self._becomes(which, DeliveryState.UNCONFIRMED)
        for which in late:
            self._becomes(which, DeliveryState.MISSED)

    @rule()
    def leave(self) -> None:
        """Who leaves takes back what is planned for them, and nothing else."""
        mine = [n for n in (0, 1) if self.model[n].state is DeliveryState.PLANNED]
        assert self.book.withdraw_for_person(MARIE) == len(mine)
        for which in mine:
            self._becomes(which, DeliveryState.WITHDRAWN)

    @invariant()
    def stands_as_expected(self) -> None:
        """Book and model agree on every delivery."""
        for key, expected in zip(self.keys, self.model, strict=True):
            kept = self.book.get(key)
            assert kept is not None
            assert (kept.state, kept.attempt) == (expected.state, expected.attempt)

    def _is(self, which: int, state: DeliveryState, attempt: int) -> bool:
        return self.model[which].state is state and self.model[which].attempt == attempt

    def _becomes(self, which: int, state: DeliveryState, *, may: bool = True) -> None:
        if may:
            self.model[which] = replace(self.model[which], state=state)


def test_deliveries_move_only_as_drawn(tmp_path: Path) -> None:
    """In any order of beginnings, ends, crashes and departures, book and model agree."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()

    class OnThisFile(Machine):
        engine = store._engines.writer

    run_state_machine_as_test(
        OnThisFile,
        settings=settings(max_examples=60, stateful_step_count=25, deadline=None),
    )

    store.close_sync()
