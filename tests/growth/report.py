"""The lines that a simulation prints, and the faults that no machine excuses."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from tests.growth.capacity import format_capacity, measure_costs

Figures = Mapping[str, Any]

ROUNDS = ("fan_out", "fan_out_with_faults")


def find_faults(figures: Figures) -> dict[str, int]:
    """Return the messages lost, sent twice or with a token of another workspace, where any."""
    slack, plan = figures["slack"], figures["plan"]
    people_count = plan["people_count"]
    counts = {
        "lost": sum(people_count - figures[name]["rows"].get("sent", 0) for name in ROUNDS),
        "twice": slack["twice"],
        "wrong_token": slack["wrong_token"],
        "unknown_token": slack["unknown_token"],
        "not_installed": plan["clinic_count"] - slack["installed"],
        "never_posted": len(ROUNDS) * people_count - slack["messages"],
    }
    return {name: count for name, count in counts.items() if count}


def format_report(figures: Figures) -> Iterator[str]:
    """Yield the lines of the report."""
    plan = figures["plan"]
    yield (
        f"{plan['clinic_count']} clinics, {plan['team_count']} teams, {plan['people_count']} people"
        f"; {plan['web_count']} web, {plan['worker_count']} worker; {os.cpu_count()} processors"
    )
    faults = find_faults(figures)
    yield f"exactly once, own token: {faults or 'yes'}"
    for name in ROUNDS:
        yield from _format_round(name, figures[name])
    yield from _format_answers(figures)
    closing = figures["closing"]
    yield (
        f"closing: {closing['periods']} periods in {closing['closing_seconds']:.1f} s, opened again"
        f" after {closing['all_seconds']:.1f} s; {closing['answers']['refused']:.0f} of"
        f" {closing['answers']['save_count']:.0f} saves refused; no tick for"
        f" {closing['max_tick_gap_seconds']:.0f} s at most"
    )
    yield from _format_usage(figures)
    yield from format_capacity(measure_costs(figures))


def _format_round(name: str, figures: Figures) -> Iterator[str]:
    last, first, share = figures["last_message"], figures["first_message"], figures["pace_share"]
    yield (
        f"{name}: {figures['messages']} messages to {figures['clinics']} clinics in"
        f" {figures['sending_seconds']:.1f} s, {figures['messages_per_second']:.1f} a second"
        f"{'' if figures['is_complete'] else ' (not complete)'}"
    )
    yield (
        f"  last message after {last['median']:.1f} s (median), {last['p90']:.1f} s (p90),"
        f" {last['greatest']:.1f} s (latest clinic, {figures['latest_by_median']:.2f} of the"
        f" median); at Slack's pace a clinic takes {figures['min_seconds_of_a_clinic']:.1f} s"
    )
    yield (
        f"  first message after {first['median']:.1f} s (median), {first['greatest']:.1f} s"
        f" (latest); pace of a clinic by the limit {share['median']:.2f} (median),"
        f" {share['least']:.2f} (least); {figures['refused_by_slack']} refused by Slack"
    )
    for place, counts in figures["faulty"].items():
        yield f"  {place} with a fault: {counts}"


def _format_answers(figures: Figures) -> Iterator[str]:
    idle = figures["idle"]["answers"]
    for name in ("idle", *ROUNDS, "closing"):
        answers = figures[name]["answers"]
        yield f"answers, {name}: " + "; ".join(
            _format_kind(kind, answers, idle) for kind in ("tip", "save")
        )


def _format_kind(kind: str, answers: Figures, idle: Figures) -> str:
    """Return the times of the answers of one kind; a tiny phase may have none."""
    count, p99 = answers[f"{kind}_count"], answers.get(f"{kind}_p99_ms", 0.0)
    ratio = p99 / idle.get(f"{kind}_p99_ms", 1.0)
    return (
        f"{kind} p50 {answers.get(f'{kind}_p50_ms', 0.0):.1f} ms, p99 {p99:.1f} ms ({ratio:.2f} of"
        f" idle), {answers[f'{kind}_over_limit']:.0f} of {count:.0f} over 3 s"
    )


def _format_usage(figures: Figures) -> Iterator[str]:
    for name in ("empty", "installing", "resting", "idle", *ROUNDS, "closing"):
        usage = figures[name]
        cpu = ", ".join(f"{who} {seconds:.1f}" for who, seconds in usage["cpu_seconds"].items())
        yield (
            f"{name}: {usage['seconds']:.1f} s, machine busy {usage['machine_busy_share']:.0%},"
            f" writer lock held {usage['writer_lock_held_share']:.0%},"
            f" {usage['transactions'] / usage['seconds']:.0f} transactions a second;"
            f" CPU seconds: {cpu}"
        )
    memory = ", ".join(f"{who} {mb:.0f}" for who, mb in figures["max_megabytes"].items())
    yield f"memory in MB at most: {memory}"
    connections = ", ".join(f"{who} {n}" for who, n in figures["max_connections"].items())
    yield f"connections at most: {connections}"
    yield f"database: {figures['database_megabytes']:.0f} MB"
    events = ", ".join(f"{event} {n}" for event, n in sorted(figures["log_events"].items()))
    yield f"lines of the logs: {events}"
