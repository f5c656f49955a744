"""Processes of the bot without the time that its imports take: forks of one that has done them.

The first request of a test process starts a server, ``python -m tests.fork_server MODULE...``,
which imports the modules and those of the bot's commands, and loads the catalogue. It forks a child
for each request, and the child runs ``python -m bot`` with a working directory, an environment,
standard output and arguments of its own. What is decided before the imports, such as the encoding
of the streams, is the server's: :func:`needs_interpreter` tells which environments need a new
interpreter.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

from bot.__main__ import HANDLER_LOCATIONS
from bot.content.catalogue import load_catalogue

_ROOT = Path(__file__).parents[1]
_MAX_REQUEST_BYTES = 1 << 16
_READ_BY_INTERPRETER = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC", "TZ")
"""Beginnings of the names of variables that are read before the first module is imported."""


def needs_interpreter(environment: Mapping[str, str]) -> bool:
    """Return whether a process with *environment* differs from a fork before its first import."""
    return sys.platform != "linux" or any(
        name.startswith(_READ_BY_INTERPRETER) and name != "PYTHONPATH" for name in environment
    )


@dataclass
class ForkedProcess:
    """A child of the server, with the methods of :class:`subprocess.Popen` that tests need."""

    pid: int
    status_socket: socket.socket
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, as of Popen; ``None`` while the process runs."""
        return self._read_status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the process; raises :class:`subprocess.TimeoutExpired`."""
        status = self._read_status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the process unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _read_status(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self.status_socket], [], [], timeout)[0]:
            message = self.status_socket.recv(16)
            self.status_socket.close()
            assert message, "the fork server has ended"
            self.returncode = int(message)
        return self.returncode


class ForkServer:
    """The client of one server, which ends with this test process."""

    def __init__(self, modules: Sequence[str]) -> None:
        """Start a server that imports *modules* before its first fork."""
        self._socket, server_side = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with server_side:
            self._server = subprocess.Popen(
                [sys.executable, "-m", __name__, str(server_side.fileno()), *modules],
                cwd=_ROOT,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT)},
                stdin=subprocess.DEVNULL,
                pass_fds=[server_side.fileno()],
            )
        atexit.register(self.stop)

    def start_process(
        self,
        module: str,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: tuple[IO[Any], IO[Any]],
    ) -> ForkedProcess:
        """Run ``python -m module`` in a fork; *streams* are its standard output and error.

        *module* is one of those that the server has imported.
        """
        own_side, server_side = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = (module, [*arguments], str(folder), {**environment})
        with server_side:
            descriptors = [server_side.fileno(), *(stream.fileno() for stream in streams)]
            socket.send_fds(self._socket, [json.dumps(request).encode()], descriptors)
        return ForkedProcess(int(own_side.recv(16)), own_side)

    def stop(self) -> None:
        """End the server; its children go on."""
        self._socket.close()
        self._server.wait()


@cache
def start_server(*modules: str) -> ForkServer:
    """Return the server of this test process that has imported *modules*, started if missing."""
    return ForkServer(modules)


RunningProcess = subprocess.Popen[bytes] | ForkedProcess


def spawn_process(
    module: str,
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    streams: tuple[IO[Any], IO[Any]],
    launcher: Sequence[str] = (),
) -> subprocess.Popen[bytes]:
    """Run ``python -m module`` with an interpreter of its own, by the command *launcher*."""
    return subprocess.Popen(
        [*launcher, sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment,
        stdout=streams[0],
        stderr=streams[1],
    )


@dataclass
class _Server:
    """The server's side: the socket of requests, and the status sockets of its children."""

    requests: socket.socket
    status_sockets: dict[int, socket.socket] = field(default_factory=dict)

    def serve(self) -> tuple[str, list[str]] | None:
        """Fork for each request; return in a child, with its module and arguments, or at the end.

        A child's exit is reported to the test process, which cannot wait for it itself.
        """
        wakeup, signalled = socket.socketpair()
        signalled.setblocking(False)  # noqa: FBT003 - the argument has no name
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(signalled.fileno())
        while True:
            readable, _, _ = select.select([self.requests, wakeup], [], [])
            if wakeup in readable:
                wakeup.recv(64)
                self._report_exits()
            if self.requests in readable:
                content, descriptors, _, _ = socket.recv_fds(self.requests, _MAX_REQUEST_BYTES, 3)
                if not content:
                    return None
                module, arguments, folder, environment = json.loads(content)
                if self._fork(descriptors):
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for own_socket in (self.requests, wakeup, signalled):
                        own_socket.close()
                    _enter(folder, environment)
                    return module, arguments

    def _fork(self, descriptors: list[int]) -> bool:
        """Fork, and return whether this is the child, with its standard output and error."""
        status_descriptor, output, errors = descriptors
        pid = os.fork()
        if pid:
            status_socket = socket.socket(fileno=status_descriptor)
            self.status_sockets[pid] = status_socket
            status_socket.send(str(pid).encode())
        else:
            os.close(status_descriptor)
            for status_socket in self.status_sockets.values():
                status_socket.close()
            os.dup2(output, 1)
            os.dup2(errors, 2)
        os.close(output)
        os.close(errors)
        return pid == 0

    def _report_exits(self) -> None:
        while self.status_sockets:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            exit_code = os.waitstatus_to_exitcode(status)
            # The test process may have closed its side.
            with self.status_sockets.pop(pid) as status_socket, suppress(OSError):
                status_socket.send(str(exit_code).encode())


def _enter(folder: str, environment: Mapping[str, str]) -> None:
    """Take over the working directory and the environment of a request."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder


def _import_modules(modules: Sequence[str]) -> None:
    """Import what the children need, and exclude it from their garbage collections.

    The bot itself imports the module of a command when it runs it.
    """
    of_commands = {location.partition(":")[0] for location in HANDLER_LOCATIONS.values()}
    for module in (*modules, *sorted(of_commands)):
        importlib.import_module(module)
    load_catalogue()
    gc.collect()
    gc.freeze()


def main() -> None:
    """Import the modules that the command line names, and serve requests."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    _import_modules(sys.argv[2:])
    request = _Server(requests).serve()
    if request is not None:
        module, arguments = request
        sys.argv = [module, *arguments]
        del sys.modules[module]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
