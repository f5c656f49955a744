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

from bot.store.repositories.deliveries import Deliveries, State
from bot.store.store import Store
from tests.store.sample_jobs import CHECKIN, LATE, MARIE, NOW, TIP

PROMISES = [CHECKIN, replace(CHECKIN, slot="2026-W38"), TIP]
WHICH = st.sampled_from(range(len(PROMISES)))
ATTEMPTS = st.integers(0, 3)
MOMENTS = st.integers(0, 70).map(lambda hours: NOW + timedelta(hours=hours))


@dataclass(frozen=True)
class Expected:
    """What a delivery should be."""

    state: State = State.PLANNED
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
        assert self.book.promise(PROMISES) == 3
        owed = self.book.owed(CHECKIN.workspace, LATE, 9)
        slots = {(one.kind, one.slot): one.id for one in owed}
        self.keys = [slots[one.kind, one.slot] for one in PROMISES]
        self.model = [Expected() for _ in PROMISES]

    @rule()
    def promise_again(self) -> None:
        """A promise that was made is not made again, whatever became of it."""
        assert self.book.promise(PROMISES) == 0

    @rule(which=WHICH, attempt=ATTEMPTS, at=MOMENTS)
    def begin(self, which: int, attempt: int, at: datetime) -> None:
        """It is begun only as it was seen, and only in time."""
        may = self._is(which, State.PLANNED, attempt) and at <= LATE
        assert self.book.begin(self.keys[which], attempt, at) == may
        if may:
            self.model[which] = Expected(State.SENDING, attempt + 1, at)

    @rule(
        which=WHICH,
        attempt=ATTEMPTS,
        state=st.sampled_from(
            [State.SENT, State.PLANNED, State.UNCONFIRMED, State.FAILED, State.GONE]
        ),
    )
    def end(self, which: int, attempt: int, state: State) -> None:
        """Only the attempt under way ends."""
        moves: dict[State, Callable[[str, int], bool]] = {
            State.SENT: self.book.sent,
            State.PLANNED: self.book.wait,
            State.UNCONFIRMED: self.book.unconfirmed,
            State.FAILED: self.book.failed,
            State.GONE: self.book.gone,
        }
        may = self._is(which, State.SENDING, attempt)
        assert moves[state](self.keys[which], attempt) == may
        self._becomes(which, state, may=may)

    @rule(which=WHICH, attempt=ATTEMPTS)
    def miss(self, which: int, attempt: int) -> None:
        """What is planned or proved absent may be missed."""
        may = any(self._is(which, state, attempt) for state in (State.PLANNED, State.SENDING))
        assert self.book.missed(self.keys[which], attempt) == may
        self._becomes(which, State.MISSED, may=may)

    @rule(at=MOMENTS)
    def give_up(self, at: datetime) -> None:
        """What was begun is unconfirmed a day too late, what is too late is missed."""
        unsure = [n for n, one in enumerate(self.model) if one.state is State.SENDING]
        unsure = [n for n in unsure if at > LATE + timedelta(days=1)]
        late = [n for n, one in enumerate(self.model) if one.state is State.PLANNED and at > LATE]
        assert self.book.give_up(at) == len(unsure) + len(late)
        for which in unsure:
            self._becomes(which, State.UNCONFIRMED)
        for which in late:
            self._becomes(which, State.MISSED)

    @rule()
    def leave(self) -> None:
        """Who leaves takes back what is planned for them, and nothing else."""
        mine = [n for n in (0, 1) if self.model[n].state is State.PLANNED]
        assert self.book.withdraw_for(MARIE) == len(mine)
        for which in mine:
            self._becomes(which, State.WITHDRAWN)

    @invariant()
    def stands_as_expected(self) -> None:
        """Book and model agree on every delivery."""
        for key, expected in zip(self.keys, self.model, strict=True):
            kept = self.book.get(key)
            assert kept is not None
            assert (kept.state, kept.attempt) == (expected.state, expected.attempt)

    def _is(self, which: int, state: State, attempt: int) -> bool:
        return self.model[which].state is state and self.model[which].attempt == attempt

    def _becomes(self, which: int, state: State, *, may: bool = True) -> None:
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

    store.shut()
