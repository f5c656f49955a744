"""Progress bars are drawn on a terminal only."""

import io

import pytest

from bot import progress


class TerminalStream(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        """Return true, as a terminal does."""
        return True


def test_progress_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A labelled bar is written to standard error, and every item is yielded."""
    terminal = TerminalStream()
    monkeypatch.setattr("sys.stderr", terminal)

    assert list(progress.track_progress(["one", "two"], "Pages")) == ["one", "two"]
    assert "Pages: " in terminal.getvalue()


def test_step_callback_draws_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar is created at the first step and removed after the last."""
    terminal = TerminalStream()
    monkeypatch.setattr("sys.stderr", terminal)

    update_bar = progress.build_step_callback("Weeks")
    before = terminal.getvalue()
    for done in range(4):
        update_bar(done, 3)

    assert before == ""
    assert "/3 [" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")


def test_no_bar_is_written_to_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """If standard error is not a terminal, nothing is written."""
    file = io.StringIO()
    monkeypatch.setattr("sys.stderr", file)

    update_bar = progress.build_step_callback("Weeks")
    update_bar(0, 3)
    update_bar(3, 3)

    assert list(progress.track_progress([1, 2], "Pages")) == [1, 2]
    assert file.getvalue() == ""
