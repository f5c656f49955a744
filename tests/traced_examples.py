"""Coverage of property tests: only their first examples are traced, which reach the same lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

TRACED_EXAMPLES = 20
"""Number of examples of a property test that are traced; they are the same in every run."""


@contextmanager
def trace_first_examples(test_function: Any) -> Iterator[None]:
    """Remove the trace function after the first examples of *test_function*, a property test.

    Any other test is traced as a whole. The caller sets the trace function again.
    """
    handle = getattr(test_function, "hypothesis", None)
    if handle is None:
        yield
        return
    run_example, run_count = handle.inner_test, 0

    @wraps(run_example)
    def count_and_run(*arguments: Any, **named_arguments: Any) -> object:
        nonlocal run_count
        run_count += 1
        if run_count > TRACED_EXAMPLES:
            sys.settrace(None)
        return run_example(*arguments, **named_arguments)

    handle.inner_test = count_and_run
    try:
        yield
    finally:
        handle.inner_test = run_example
