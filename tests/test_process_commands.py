"""Commands that start a process: the priority at which each runs."""

import argparse
import ctypes
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.errors import FaultyInputError
from bot.process_commands import run_web, run_worker

Command = Callable[[argparse.Namespace, LanguagePack], int]

_SET_PRIORITY = {"x86_64": 141, "aarch64": 140}[platform.machine()]
"""Number of the system call that changes a niceness."""


class FilterInstruction(ctypes.Structure):
    """An instruction of a Berkeley packet filter, as the kernel reads it."""

    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jump_if_true", ctypes.c_ubyte),
        ("jump_if_false", ctypes.c_ubyte),
        ("operand", ctypes.c_uint),
    )


class FilterProgram(ctypes.Structure):
    """A filter: how many instructions, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(FilterInstruction)))


def refuse_priorities() -> None:
    """Refuse every change of a priority in this process from now on, as systemd's filter does."""
    load_number, jump_if_equal, end = 0x20, 0x15, 0x06
    instructions = (FilterInstruction * 4)(
        FilterInstruction(load_number, 0, 0, 0),
        FilterInstruction(jump_if_equal, 0, 1, _SET_PRIORITY),
        FilterInstruction(end, 0, 0, 0x00050001),  # SECCOMP_RET_ERRNO with EPERM
        FilterInstruction(end, 0, 0, 0x7FFF0000),  # SECCOMP_RET_ALLOW
    )
    program = FilterProgram(len(instructions), instructions)
    control = ctypes.CDLL(None, use_errno=True).prctl
    assert control(38, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS"
    assert control(22, 2, ctypes.byref(program), 0, 0) == 0, "PR_SET_SECCOMP"


def report_niceness(
    command: Command, prepare: Callable[[], object], connection: Connection
) -> None:
    """Send the niceness before *command* and after it refused its settings."""
    prepare()
    os.environ["DATABASE_URL"] = "no URL"
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(FaultyInputError):
        command(argparse.Namespace(without_keys=False), load_catalogue().get_pack("en"))
        return
    connection.send((before, os.getpriority(os.PRIO_PROCESS, 0)))


def measure_niceness(command: Command, prepare: Callable[[], object] = dict) -> int:
    """Return by how much *command* increases the niceness of its process.

    Raises :class:`EOFError` when it ends for another reason than its settings.
    """
    receiver, sender = Pipe(duplex=False)
    arguments = (command, prepare, sender)
    process = get_context("fork").Process(target=report_niceness, args=arguments)
    process.start()
    sender.close()
    before, after = receiver.recv()
    process.join()
    return int(after - before)


def test_a_worker_yields_the_processor_to_web_processes() -> None:
    """Requests that people wait for go before messages that nobody waits for."""
    assert measure_niceness(run_worker) > 0


def test_a_web_process_has_the_priority_of_its_caller() -> None:
    """Its niceness is the one that it was started with."""
    assert measure_niceness(run_web) == 0


def test_a_worker_starts_where_no_priority_may_be_changed() -> None:
    """The filter of the systemd unit refuses it: the worker comes as far as its settings."""
    assert measure_niceness(run_worker, refuse_priorities) == 0
