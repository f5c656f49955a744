"""Coverage of tests: what is traced are tests, fixtures, and first examples of property tests.

A trace function is called for each line of every module, measured or not, and pytest and Hypothesis
execute more lines than the domain does.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

TRACED_EXAMPLES = 20
"""Number of examples of a property test that are traced; they are the same in every run."""


class CoverageTrace:
    """The trace function of the coverage measurement, which is paused between the tests."""

    def __init__(self) -> None:
        """Without a trace function: the measurement sets it."""
        self._function: Any = None

    def pause(self) -> None:
        """Remove the current trace function, if any, until it is resumed.

        A measurement that was stopped and started meanwhile has another one.
        """
        self._function = sys.gettrace() or self._function
        sys.settrace(None)

    def resume(self) -> None:
        """Set the trace function again that was paused, if any."""
        sys.settrace(self._function)

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Trace what is called in the context, a part of another such context or not."""
        if sys.gettrace() is not None:
            yield
            return
        self.resume()
        try:
            yield
        finally:
            self.pause()

    @contextmanager
    def measure_test(self, test_function: Any) -> Iterator[None]:
        """Trace *test_function*, of a property test only the first examples.

        The others reach the same lines. Not traced are the strategies and the search for examples.
        """
        handle = getattr(test_function, "hypothesis", None)
        if handle is None:
            with self.measure():
                yield
            return
        run_example, run_count = handle.inner_test, 0

        @wraps(run_example)
        def count_and_run(*arguments: Any, **named_arguments: Any) -> object:
            nonlocal run_count
            run_count += 1
            if run_count > TRACED_EXAMPLES:
                return run_example(*arguments, **named_arguments)
            with self.measure():
                return run_example(*arguments, **named_arguments)

        handle.inner_test = count_and_run
        try:
            yield
        finally:
            handle.inner_test = run_example
