"""The programs that tests need besides Python: where they are, and what to install if not.

Run with what to do without, as `make test` does: ``python -m tests.needs "chromium"``.
"""

import os
import shutil
import sys
from pathlib import Path

CHOICES = ("postgresql", "chromium", "node")
"""What ``WITHOUT`` may name; each is a pytest marker as well."""


_PACKAGES = {"node": "nodejs npm"}
"""What Debian calls a program, where it calls it something else."""


def postgresql() -> Path | None:
    """Where a PostgreSQL server's programs are: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    return versions[-1].parent if versions else None


def chromium() -> Path | None:
    """Where Chromium is; the variable ``CHROMIUM`` names another browser of its kind."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return Path(found) if found else None


def node() -> Path | None:
    """Where Node.js is, if its package manager npm is here as well."""
    found = shutil.which("node")
    return Path(found) if found and shutil.which("npm") else None


def missing(without: str) -> list[str]:
    """What is not here, of what is not done without; :class:`ValueError` on an unknown word."""
    unknown = set(without.split()) - set(CHOICES)
    if unknown:
        raise ValueError(f"WITHOUT takes {', '.join(CHOICES)}; not {', '.join(sorted(unknown))}")
    finders = {"postgresql": postgresql, "chromium": chromium, "node": node}
    return [name for name in CHOICES if name not in without.split() and not finders[name]()]


def advice(names: list[str]) -> str:
    """One line that says what to install, or how to go on without it."""
    told = " ".join(names)
    packages = " ".join(_PACKAGES.get(name, name) for name in names)
    return f'Missing: {told}. On Debian: apt-get install {packages}. Or: WITHOUT="{told}"'


def main(without: str) -> int:
    """Say what is missing; 0 when nothing is."""
    try:
        names = missing(without)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if names:
        sys.stderr.write(f"{advice(names)}\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
