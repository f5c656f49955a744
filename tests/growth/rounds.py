"""The figures of one fan-out: who got the check-in when, beside the pace of one workspace."""

import statistics
from collections.abc import Mapping
from typing import Any

from tests.bench.figures import percentile
from tests.growth.population import Population


def summarize_round(
    clinics: Mapping[str, Mapping[str, float]],
    population: Population,
    pace: float,
    faulty_places: frozenset[str],
) -> dict[str, Any]:
    """Return the figures of the clinics without a fault, from the stand-in's counts.

    The delays are seconds since the check-ins fell due: to a clinic's first message, and to its
    last. ``pace_share`` is the rate of a clinic's messages from its first to its last, by the
    pace of one workspace.
    """
    healthy = [
        figures
        for place, figures in sorted(clinics.items())
        if place not in faulty_places and figures["posts"]
    ]
    first_delays = [figures["first_at"] for figures in healthy]
    last_delays = [figures["last_at"] for figures in healthy]
    message_count = sum(figures["posts"] for figures in healthy)
    sending_seconds = max(last_delays) - min(first_delays)
    rates = [_find_rate(figures) / pace for figures in healthy]
    return {
        "clinics": len(healthy),
        "messages": message_count,
        "refused_by_slack": sum(figures["refused"] for figures in healthy),
        "sending_seconds": sending_seconds,
        "messages_per_second": message_count / max(sending_seconds, 0.001),
        "first_message": _describe_spread(first_delays),
        "last_message": _describe_spread(last_delays),
        "latest_by_median": max(last_delays) / statistics.median(last_delays),
        "pace_share": _describe_spread(rates),
        "min_seconds_of_a_clinic": (population.people_per_clinic - 1) / pace,
    }


def _find_rate(figures: Mapping[str, float]) -> float:
    """Return the messages a second of one workspace while it got messages."""
    seconds = figures["last_at"] - figures["first_at"]
    return (figures["posts"] - 1) / seconds if seconds > 0 else 0.0


def _describe_spread(values: list[float]) -> dict[str, float]:
    return {
        "least": min(values),
        "median": statistics.median(values),
        "p90": percentile(values, 90),
        "greatest": max(values),
    }
