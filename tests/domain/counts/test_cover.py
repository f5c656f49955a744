"""Covers are independent, have no memory and fall on each team alike; no record is a day old."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.counts import cover
from bot.domain.counts.noise import NoiseGenerator

DRAWS = 20_000
MEAN_SECONDS = cover.MEAN_COVER_INTERVAL.total_seconds()
LONG = 1e12
"""A span that no drawn delay exceeds: -log(2**-53) is 37 means at most."""

seeds = st.integers(0, 2**32)
team_counts = st.integers(1, 5000)


def next_draw(draws: Iterator[int], _limit: int) -> int:
    """Return the next of *draws*, whatever the limit."""
    return next(draws)


def start_draws(seed: int) -> Callable[[int], int]:
    """Return a reproducible source of uniform integers below a limit."""
    return NoiseGenerator(seed.to_bytes(8, "big")).draw_below


def list_moments(seed: int, team_count: int, span_seconds: float, until: float) -> list[float]:
    """Return the moments of all covers up to *until*, drawn in spans of *span_seconds*."""
    draw_below, now, moments = start_draws(seed), 0.0, []
    while now < until:
        drawn = cover.draw_next_cover(team_count, span_seconds, draw_below)
        now += drawn.delay_seconds
        if drawn.team_index is not None and now < until:
            moments.append(now)
    return moments


@given(team_counts, st.floats(0.001, 10**6), seeds)
def test_cover_is_within_its_span_and_on_an_existing_team(
    team_count: int, span_seconds: float, seed: int
) -> None:
    """A cover falls before the end of the span, on one of the teams; otherwise the span ends."""
    drawn = cover.draw_next_cover(team_count, span_seconds, start_draws(seed))

    if drawn.team_index is None:
        assert drawn.delay_seconds == span_seconds
    else:
        assert 0 <= drawn.delay_seconds < span_seconds
        assert 0 <= drawn.team_index < team_count


@given(st.integers(0, 2**53 - 1), team_counts)
def test_delay_is_the_exponential_quantile_of_the_draw(draw: int, team_count: int) -> None:
    """P(delay > x) = exp(-rate x): the draw's own rank, exactly, at every point."""
    draws = iter((draw, 0))
    drawn = cover.draw_next_cover(team_count, LONG, lambda _limit: next(draws))

    survival = exp(-cover.cover_rate(team_count) * drawn.delay_seconds)
    assert abs(log(survival) - log((draw + 1) / 2**53)) < 1e-9


@given(st.integers(1, 5000), st.floats(1, 10**5), st.floats(1, 10**5))
def test_waiting_so_far_says_nothing_about_the_next_cover(
    team_count: int, waited: float, further: float
) -> None:
    """P(delay > waited + further | delay > waited) = P(delay > further): no memory."""
    rate = cover.cover_rate(team_count)

    def count_longer(span: float) -> int:
        """Return how many of the 2**53 draws give a longer delay than *span*."""
        low, high = 0, 2**53
        while low < high:
            middle = (low + high) // 2
            draws = iter((middle, 0))
            drawn = cover.draw_next_cover(team_count, span, partial(next_draw, draws))
            low, high = (middle + 1, high) if drawn.team_index is None else (low, middle)
        return low

    both, first, second = map(count_longer, (waited + further, waited, further))
    assert abs(both * 2**53 - first * second) <= 2**53 * (2**53 * 1e-12 + 4)
    assert abs(first / 2**53 - exp(-rate * waited)) < 1e-12


@pytest.mark.no_cover
def test_short_spans_give_the_same_process_as_long_ones() -> None:
    """Drawing anew each minute changes neither the number of covers nor their scatter."""
    for span in (60.0, LONG):
        moments = list_moments(7, 1, span, DRAWS * MEAN_SECONDS)
        counts = Counter(int(moment // MEAN_SECONDS) for moment in moments)
        per_interval = [counts[number] for number in range(DRAWS)]
        mean = sum(per_interval) / DRAWS
        variance = sum((count - mean) ** 2 for count in per_interval) / DRAWS
        successive = sum(
            (first - mean) * (second - mean) for first, second in pairwise(per_interval)
        )
        assert abs(mean - 1) < 0.035
        assert abs(variance - 1) < 0.05
        assert abs(successive / DRAWS) < 0.035


@pytest.mark.no_cover
def test_teams_are_covered_alike() -> None:
    """Of many covers each of ten teams gets its share, in no order."""
    draw_below = start_draws(11)
    indexes = [cover.draw_next_cover(10, LONG, draw_below).team_index for _ in range(DRAWS)]
    repeated = sum(first == second for first, second in pairwise(indexes))

    assert set(indexes) == set(range(10))
    assert max(Counter(indexes).values()) < 1.1 * DRAWS / 10
    assert 0.9 < repeated / (DRAWS / 10) < 1.1


@given(st.integers(0, 10**6))
def test_rate_grows_with_the_teams_up_to_a_bound(team_count: int) -> None:
    """Each team has the stated mean until all together reach the bound."""
    expected = team_count / MEAN_SECONDS

    assert cover.cover_rate(team_count) == min(expected, cover.MAX_COVERS_PER_SECOND)


def test_no_team_has_no_cover() -> None:
    """Without teams the span passes without a cover and without a draw."""
    assert cover.draw_next_cover(0, 60, lambda _: 1 // 0) == cover.NextCover(60, None)


@pytest.mark.no_cover
@given(
    st.lists(st.floats(1, 60 * 60), min_size=2, max_size=60),
    st.integers(0, 10**8),
)
def test_no_record_is_older_than_a_day(tick_gaps: list[float], start: int) -> None:
    """With ticks at most an hour apart, two complete passes are never a day apart."""
    now = last_pass = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=start)
    for gap in tick_gaps * 2:
        now += timedelta(seconds=gap)
        if now - last_pass >= cover.DAILY_PASS_INTERVAL:
            assert now - last_pass <= cover.MAX_RECORD_AGE
            last_pass = now
        assert now - last_pass < cover.DAILY_PASS_INTERVAL
