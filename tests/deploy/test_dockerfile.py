"""The image installs what the lock files pin, and runs without root on a read-only root."""

import ast
import re
from pathlib import Path

from bot.__main__ import HANDLERS
from bot.settings import Settings
from tests.deploy.dockerfile import Stage, parse_dockerfile
from tests.sources import BOT_PACKAGES, ROOT

TEXT = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
BUILD, FINAL = parse_dockerfile(TEXT)


def read_extras() -> set[str]:
    """Return the extras that the Makefile lists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (names,) = re.findall(r"^EXTRAS := (.+)$", makefile, re.MULTILINE)
    return set(names.split())


def list_copied(stage: Stage) -> set[str]:
    """Return what a stage copies from the folder of the project."""
    instructions = (instruction.words for instruction in stage.find_all("COPY"))
    return {word for words in instructions if "--from" not in words[0] for word in words[:-1]}


def test_every_release_is_installed_by_its_hash() -> None:
    """Each installation reads a lock file and requires hashes; all extras have their lock."""
    installs = [step.text for step in BUILD.find_all("RUN") if "pip install" in step.text]
    locks = re.findall(r"-r (requirements\S*\.lock)", " ".join(installs))

    assert installs
    assert all("--require-hashes" in command for command in installs)
    assert locks == ["requirements.lock", "requirements-${extra}.lock"]
    assert set(BUILD.arguments["EXTRAS"].split()) == read_extras()
    assert {f"requirements-{name}.lock" for name in read_extras()} < list_copied(BUILD)


def test_the_context_has_only_what_is_copied() -> None:
    """The list of the context admits the bot's packages, locks and licence, and nothing else."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    admitted = {line.removeprefix("!") for line in lines if line.startswith("!")}

    assert "*" in lines
    assert admitted == list_copied(BUILD) | list_copied(FINAL)
    assert admitted >= {*BOT_PACKAGES, "requirements.lock"}


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    """The folders that it writes are that user's alone, and no other step follows the user."""
    user = FINAL.find_last("USER").text
    names = [instruction.name for instruction in FINAL.instructions]

    assert re.fullmatch(r"[1-9]\d{4}:[1-9]\d{4}", user)
    assert "RUN" not in names[names.index("USER") :]
    (folders,) = (step.text for step in FINAL.find_all("RUN") if "install -d" in step.text)
    owner, group = user.split(":")
    assert f"-o {owner} -g {group} -m 0700" in folders


def test_the_settings_of_the_image_name_its_folders() -> None:
    """Each variable is a setting or one of Python's; what is written is in one of its folders."""
    environment = FINAL.environment
    settings = set(map(str.upper, Settings.model_fields))
    (folders,) = (step.text for step in FINAL.find_all("RUN") if "install -d" in step.text)

    of_python = {"HOME", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    assert set(environment) - of_python <= settings
    database = Path(environment["DATABASE_URL"].removeprefix("sqlite:///"))
    volume_folders = {str(database.parent), environment["KEYS"], environment["RELEASES_FOLDER"]}
    assert volume_folders == set(folders.split()[-3:])


def test_the_page_of_backups_names_the_folders_of_the_image() -> None:
    """Each setting of a volume in the page has the image's value."""
    page = (ROOT / "docs/backups.md").read_text(encoding="utf-8")
    names = ("DATABASE_URL", "KEYS", "RELEASES_FOLDER")
    lines = [f"{name}={FINAL.environment[name]}" for name in names]

    assert "\n".join(["```", *lines, "```"]) in page


def test_the_health_check_asks_whether_the_process_runs() -> None:
    """It is a program of Python on the port of the settings and the path of liveness."""
    _, _, command = FINAL.find_last("HEALTHCHECK").text.partition("CMD ")
    *_, program = ast.literal_eval(command)
    port = Settings.model_fields["port"].default

    ast.parse(program)
    assert f"http://127.0.0.1:{port}/healthz" in program
    assert "timeout=" in program


def test_the_image_starts_a_command_of_the_bot() -> None:
    """The entry point with its default word is a command that the bot has."""
    assert FINAL.find_last("ENTRYPOINT").words == ["python", "-m", "bot"]
    assert FINAL.find_last("CMD").words[0] in HANDLERS
