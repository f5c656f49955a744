"""The wrapper of all subcommands: faults of the environment, defects, and interruptions."""

import argparse
import errno
from collections.abc import Callable

import pytest

from bot.command_runner import run_command
from bot.content.catalogue import LanguagePack, load_catalogue
from bot.errors import Fault, FaultyInputError, PartlyAppliedError
from bot.store.key_removal import KeyStoreInUseError

CANARY = "canary-in-a-message"
WORDS = load_catalogue().get_pack("en")


def run_failing(error: BaseException, *, verb: str = "doctor", shows_stack: bool = False) -> int:
    """Return the exit status of the subcommand *verb* that raises *error*."""

    def fail(_options: argparse.Namespace, _words: LanguagePack) -> int:
        raise error

    return run_command(fail, argparse.Namespace(verb=verb), WORDS, shows_stack=shows_stack)


def test_defect_is_reported_by_type_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown error ends with status 1 and its type and line, and without its message."""
    status = run_failing(ZeroDivisionError(CANARY))

    output = capsys.readouterr().err
    assert status == 1
    assert "(ZeroDivisionError, test_command_runner.py:" in output
    assert CANARY not in output


def test_stack_of_a_defect_is_printed_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of the stack follow, without the error's message."""
    run_failing(ZeroDivisionError(CANARY), shows_stack=True)

    output = capsys.readouterr().err
    assert "in run_command" in output
    assert CANARY not in output


@pytest.mark.parametrize(
    ("build_error", "place", "reason"),
    [
        (lambda: OSError(errno.ENOSPC, "No space left on device", "/var/x"), "/var/x", "No space"),
        (lambda: PermissionError(errno.EACCES, "Permission denied", "a"), "- a", "Permission"),
        (lambda: OSError("canary"), "- system", "OSError"),
    ],
)
def test_system_error_names_its_file(
    capsys: pytest.CaptureFixture[str],
    build_error: Callable[[], OSError],
    place: str,
    reason: str,
) -> None:
    """An error of the operating system names the file, and what to check."""
    status = run_failing(build_error())

    output = capsys.readouterr().err
    assert status == 2
    assert place in output
    assert f"cannot be used: {reason}" in output
    assert "canary" not in output


FAULTS = (Fault("PEPPER", "operator.settings.pepper_wrong"),)


@pytest.mark.parametrize("verb", ["team", "person", "workspace", "secret", "restore", "move-to"])
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FaultyInputError(FAULTS), "Nothing was applied."),
        (PartlyAppliedError(FAULTS), "This was not completed;"),
        (OSError(errno.ENOSPC, "No space left on device", "/var/x"), "This was not completed;"),
    ],
)
def test_failed_write_says_whether_anything_was_applied(
    capsys: pytest.CaptureFixture[str], verb: str, error: Exception, sentence: str
) -> None:
    """Only invalid input is known to precede the first commit of a command that writes."""
    assert run_failing(error, verb=verb) == 2
    assert capsys.readouterr().err.startswith(sentence)


def test_keys_that_a_copy_uses_name_their_setting(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that would destroy a key stops, and says how it goes on."""
    assert run_failing(KeyStoreInUseError()) == 2
    assert "KEYS: are used by another bot" in capsys.readouterr().err


def test_output_that_cannot_be_encoded_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """An output in another encoding than UTF-8 names the variable that selects it."""
    assert run_failing(UnicodeEncodeError("ascii", CANARY, 0, 1, "no")) == 2
    assert "PYTHONIOENCODING=utf-8" in capsys.readouterr().err


def test_interruption_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """After Ctrl-C the status is that of a shell, without output."""
    assert run_failing(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""
