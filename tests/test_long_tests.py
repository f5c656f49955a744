from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.long_tests import (
    ALL_FILES,
    LONGEST_ATTACKS,
    LONGEST_WAITS,
    sort_longest_first,
    spread_tests,
)

KINDS = {"a": "attacks", "b": "browser", "c": "crashes", "p": "processes"}


def find_kind_of_name(name: str) -> str:
    """Return the kind that the first letter of a test's name stands for."""
    return KINDS.get(name[0], "")


def test_each_process_begins_with_long_tests_of_one_kind() -> None:
    """Of equal parts, each begins with all long tests of one kind, and short ones follow."""
    names = ["a1", "b1", "s1", "c1", "p1", "b2", "s2", "s3", "s4", "s5", "s6", "s7"]

    assert spread_tests(names, find_kind_of_name, 4) == [
        *("a1", "s1", "s2"),
        *("b1", "b2", "s3"),
        *("c1", "s4", "s5"),
        *("p1", "s6", "s7"),
    ]


@given(st.lists(st.text("abcps", min_size=1)), st.integers(1, 9))
def test_every_test_runs_once(names: list[str], process_count: int) -> None:
    """The order drops no test and repeats none, whatever the tests and the processes."""
    spread = spread_tests(names, find_kind_of_name, process_count)

    assert sorted(spread) == sorted(names)


@given(st.lists(st.text("s", min_size=1)), st.integers(1, 9))
def test_short_tests_keep_their_order(names: list[str], process_count: int) -> None:
    """Without long tests the order of the tests stays."""
    assert spread_tests(names, find_kind_of_name, process_count) == names


def test_longest_attacks_and_waits_begin_first() -> None:
    """The longest tests come before all others, and each group keeps its order."""
    stems = ["test_leaks", "test_nights", "test_views", "test_stopping_workers"]
    numbers = range(len(stems))

    assert sort_longest_first(numbers, lambda number: stems[number]) == [1, 3, 0, 2]


def test_rules_of_all_files_exist() -> None:
    """The tests that parse every file are still in the files of those names."""
    assert [
        name for name in ALL_FILES if not Path(__file__).with_name(f"{name}.py").is_file()
    ] == []


def test_longest_attacks_exist() -> None:
    """The attacks that begin first are still in the file of that name."""
    assert (Path(__file__).parent / "attacks" / f"{LONGEST_ATTACKS}.py").is_file()


def test_longest_waits_exist() -> None:
    """The tests that wait longest are still in files of those names."""
    stems = {path.stem for path in Path(__file__).parent.rglob("test_*.py")}

    assert stems >= LONGEST_WAITS
