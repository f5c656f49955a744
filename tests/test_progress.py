import io

import pytest

from bot import progress


class Screen(io.StringIO):
    """Standard error as a terminal that somebody watches."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def test_whoever_waits_at_a_terminal_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar under its label goes to standard error, and every item is gone through."""
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)

    assert list(progress.track_progress(["one", "two"], "Pages")) == ["one", "two"]
    assert "Pages: " in screen.getvalue()


def test_steps_that_are_told_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar appears with the first step, and goes away with the last."""
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)

    told = progress.build_step_callback("Weeks")
    before = screen.getvalue()
    for done in range(4):
        told(done, 3)

    assert before == ""
    assert "/3 [" in screen.getvalue()
    assert screen.getvalue().endswith("\r")


def test_a_log_file_gets_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody watches, nothing is drawn."""
    file = io.StringIO()
    monkeypatch.setattr("sys.stderr", file)

    told = progress.build_step_callback("Weeks")
    told(0, 3)
    told(3, 3)

    assert list(progress.track_progress([1, 2], "Pages")) == [1, 2]
    assert file.getvalue() == ""
