"""Try the files of ``deploy`` that need more than the tests' programs: ``python -m tests.deploy``.

``image FOLDER`` runs the Dockerfile's steps in copies of a clean Debian below FOLDER, with
chroot, and starts the result as its user on a read-only root (as root, with ``debootstrap``; a few
minutes, 2 GB). ``caddy PROGRAM`` plays a debrief through Caddy with the project's file.
"""

import argparse
import ast
import os
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
            for verb in (["--version"], ["doctor"], ["backup", "/data/copy.sqlite"]):
                result = subprocess.run([*launcher, *entry, *verb], env=environment, check=False)
                _print(f"{verb[0]}: status {result.returncode}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.kill() if process.poll() is None else None
            process.wait(timeout=20)


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
