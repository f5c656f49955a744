"""Order of a parallel run: each test process begins with long tests of a kind of its own.

Journeys wait for processes and browsers, attacks compute. Where one test process has them all, it
is still at work when the others have finished. Tests that compute for half a minute each begin
early: one of them at the end leaves the other processes without work.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import pytest

Item = TypeVar("Item")

SESSION_FIXTURES = frozenset({"browser", "sandbox_process", "teams_sandbox"})
"""Fixtures that every test process with a journey on them starts again, at a cost of seconds."""

LONGEST_JOURNEYS = "test_crashes"
"""The journeys that take as long as all others without a browser together."""

ALL_FILES = frozenset({"test_code_rules", "test_naming", "test_patterns", "test_sentences"})
"""The tests of which one process parses every Python file: each further process parses them all."""

LONGEST_ATTACKS = "test_nights"
"""The attacks that take two thirds of the time of all, several of them about 20 seconds each."""


LONGEST_WAITS = frozenset({"test_shared_outages", "test_stopping_workers"})
"""Tests that wait for processes of their own for up to 85 seconds each, outside the journeys."""


def sort_longest_first(items: Sequence[Item], find_file_stem: Callable[[Item], str]) -> list[Item]:
    """Return *items* with the longest attacks and waits before the others, else in their order."""
    longest = LONGEST_WAITS | {LONGEST_ATTACKS}
    return sorted(items, key=lambda item: find_file_stem(item) not in longest)


def find_kind(item: pytest.Item, tests_folder: Path) -> str:
    """Return the kind of a long test, or ``""`` for a short one."""
    folder = item.path.relative_to(tests_folder).parts[0]
    if item.path.stem in ALL_FILES:
        return "all files"
    if folder != "journeys":
        return folder if folder == "attacks" else ""
    if not SESSION_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
        return "browser"
    return "crashes" if item.path.stem == LONGEST_JOURNEYS else "processes"


def spread_tests(
    items: Sequence[Item], find_item_kind: Callable[[Item], str], process_count: int
) -> list[Item]:
    """Return *items* in an order in which each test process begins with a kind of long tests.

    The processes get equal parts of the list one after the other, as pytest-xdist divides it.
    Within a kind, and among the short tests, the order stays.
    """
    items_by_kind: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        items_by_kind[find_item_kind(item)].append(item)
    short_items = iter(items_by_kind.pop("", []))
    parts: list[list[Item]] = [[] for _ in range(process_count)]
    for number, kind in enumerate(sorted(items_by_kind)):
        parts[number % process_count].extend(items_by_kind[kind])
    remaining_count = len(items)
    for number, part in enumerate(parts):
        size = remaining_count // (process_count - number)
        part.extend(islice(short_items, max(0, size - len(part))))
        remaining_count -= len(part)
    return [*chain.from_iterable(parts), *short_items]
