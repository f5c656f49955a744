"""The commands of the operator's pages: lines of blocks for a shell, and code within sentences."""

import re

from bot.__main__ import HANDLERS
from tests.sources import ROOT

PAGES = (
    "README.md",
    *(
        f"docs/{name}.md"
        for name in (
            *("install", "upgrading", "backups", "scale", "trouble", "settings", "health"),
            *("proxy", "slack", "microsoft-teams", "team-file", "cards"),
        )
    ),
)
"""The pages that the README lists for the operator, in its order, and those about settings."""

_CODE = re.compile(r"^```sh\n(.+?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_BLOCK_COMMENT = re.compile(r"\s+# .*")
_BOT = "python -m bot "
_PROGRAMS = (
    *("apt-get", "attune", "borg", "caddy", "cp", "curl", "docker", "env", "git", "install"),
    *("journalctl", "kill", "make", "nginx", "pg_dump", "pg_restore", "psql", "python"),
    *("restic", "systemctl", "systemd-analyze", "tar"),
)
"""Programs that code within a sentence names; every line of a block is a command."""

_COMMAND = re.compile(rf"(?:[A-Z]+=\S+ )*(?:{'|'.join(_PROGRAMS)}) \S.*")
_BOT_COMMAND = re.compile(rf"(?:{'|'.join(HANDLERS)}) \S.*")


def list_commands(page: str) -> list[str]:
    """Return each command of a page once, in the order of the page.

    A command of the bot begins with ``python -m bot``, however the page abbreviates it.
    """
    text = (ROOT / page).read_text(encoding="utf-8")
    commands: list[str] = []
    for block, code in _CODE.findall(text):
        lines = [_BLOCK_COMMENT.sub("", line) for line in block.splitlines()]
        commands += filter(None, lines)
        command = _complete(code)
        commands += [command] if command else []
    return list(dict.fromkeys(command.removeprefix(".venv/bin/") for command in commands))


def _complete(code: str) -> str:
    """Return the command that *code* within a sentence is; ``""`` for anything else."""
    code = code.removeprefix(".venv/bin/")
    if _BOT_COMMAND.fullmatch(code):
        return _BOT + code
    return code if _COMMAND.fullmatch(code) else ""
