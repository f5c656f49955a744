"""Try the files of ``deploy`` that need more than the tests' programs: ``python -m tests.deploy``.

``image FOLDER`` runs the Dockerfile's steps in copies of a clean Debian below FOLDER, with
chroot, and starts the result as its user on a read-only root (as root, with ``debootstrap``; a few
minutes, 2 GB). ``caddy PROGRAM`` plays a debrief through Caddy with the project's file.
"""

import argparse
import ast
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.sandbox.process.loopback_server import free_port
from tests.deploy import proxy_play
from tests.deploy.dockerfile import Stage, parse_dockerfile
from tests.deploy.image_root import ImageRoot, build_launcher
from tests.deploy.proxy_process import run_proxy, write_caddy_file
from tests.journeys.botprocess import BotProcess
from tests.journeys.stdlib_slack import SIGNING_SECRET, run_fake_slack
from tests.sources import ROOT

_DEADLINE_SECONDS = 60
_STOP_SECONDS = 20
VERB_STATUSES = {"--version": 0, "doctor": 1, "backup /data/copy.sqlite": 0}
"""`doctor` has something to mend: the fake of Slack grants no scope."""


def try_image(folder: Path) -> None:
    """Build the image's folders and start the bot in them; raises for whatever does not work."""
    folder.mkdir(parents=True, exist_ok=True)
    stages = parse_dockerfile((ROOT / "deploy/Dockerfile").read_text(encoding="utf-8"))
    root = ImageRoot(folder, ROOT).build(stages)
    final = stages[-1]
    _print(f"built {root} of {len(stages)} stages")
    owner, group = map(int, final.find_last("USER").text.split(":"))
    volumes = {}
    for name in ("/data", "/keys", "/releases"):
        volumes[name] = folder / "volumes" / name.strip("/")
        volumes[name].mkdir(parents=True, mode=0o700, exist_ok=True)
        os.chown(volumes[name], owner, group)
    launcher = build_launcher(root, volumes, final.find_last("USER").text)
    in_folder = ["env", "--chdir", final.find_last("WORKDIR").text]
    _serve_image(final, [*launcher, *in_folder])
    file_names = sorted(str(path.relative_to(folder)) for path in folder.glob("volumes/*/*"))
    _print(f"in the volumes: {', '.join(file_names)}")


def _serve_image(final: Stage, launcher: list[str]) -> None:
    """Start the entry point, wait for the health check, run `doctor` and `backup`, and stop it."""
    with run_fake_slack() as slack:
        environment = {
            **final.environment,
            "HOST": "127.0.0.1",
            "SLACK_BOT_TOKEN": "xoxb-made-up",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": slack.api_url,
        }
        entry = final.find_last("ENTRYPOINT").words
        command = [*launcher, *entry, *final.find_last("CMD").words]
        process = subprocess.Popen(command, env=environment)
        try:
            _await_health(process, final, launcher, environment)
            require_statuses([*launcher, *entry], environment)
            require_stop(process)
        finally:
            process.kill()
            process.wait()


def require_statuses(entry_command: list[str], environment: dict[str, str]) -> None:
    """Run a few commands, each to its end, and require the status of each, and no exception."""
    for verb, expected_status in VERB_STATUSES.items():
        command = [*entry_command, *shlex.split(verb)]
        result = subprocess.run(
            command,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        _print(f"{result.stdout}{verb}: status {result.returncode}")
        if result.returncode != expected_status or "Traceback" in result.stdout:
            raise RuntimeError(f"{verb}: status {result.returncode}, not {expected_status}")


def require_stop(process: subprocess.Popen[bytes]) -> None:
    """Send SIGTERM to the child of ``unshare --fork``, and require that it ends with status 0.

    ``unshare`` ignores the signal itself, and ends with the status of its child.
    """
    (child,) = _list_children(process.pid)
    os.kill(child, signal.SIGTERM)
    status = process.wait(timeout=_STOP_SECONDS)
    _print(f"stop: status {status}")
    if status:
        raise RuntimeError(f"the bot ended with status {status}")


def _list_children(parent: int) -> list[int]:
    """Return the ids of the processes that *parent* started."""
    children = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended since
            # After the name in parentheses: the state, and the id of the parent.
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                children.append(int(path.parent.name))
    return children


def _await_health(
    process: subprocess.Popen[bytes], final: Stage, launcher: list[str], environment: dict[str, str]
) -> None:
    """Run the health check of the image until it succeeds."""
    check = ast.literal_eval(final.find_last("HEALTHCHECK").text.partition("CMD ")[2])
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while subprocess.run(
        [*launcher, *check], env=environment, check=False, stderr=subprocess.DEVNULL
    ).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the health check did not succeed")
        time.sleep(1)
    _print("the health check succeeds")


def try_caddy(program: str) -> None:
    """Run Caddy in front of the bot, and play a debrief through it."""
    with TemporaryDirectory(prefix="attune-caddy-") as name, run_fake_slack() as slack:
        folder, port = Path(name), free_port()
        bot = BotProcess(folder, slack.api_url, extra_environment={"TEST_MODE": ""})
        bot.declare_team(extra_lines="tip = { days = [] }")
        bot.start()
        proxy_folder = folder / "caddy"
        proxy_folder.mkdir()
        file = write_caddy_file(proxy_folder, port, bot.port)
        arguments = ["--config", str(file), "--adapter", "caddyfile"]
        subprocess.run([program, "validate", *arguments], check=True, capture_output=True)
        with run_proxy([program, "run", *arguments], proxy_folder, port) as proxy:
            proxy_play.try_proxy(slack, bot, proxy)
    _print("caddy forwards the bot and logs nothing of it")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen trial; an exception is its failure."""
    parser = argparse.ArgumentParser("tests.deploy", description=__doc__)
    parser.add_argument("trial", choices=("image", "caddy"))
    parser.add_argument("path", help="the folder of the image, or the program of Caddy")
    options = parser.parse_args(arguments)
    if options.trial == "image":
        try_image(Path(options.path).resolve())
    else:
        try_caddy(shutil.which(options.path) or options.path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
