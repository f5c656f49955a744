"""The programs that tests need besides Python: where they are, and what to install if not.

Run with what to do without, as `make test` does: ``python -m tests.needs "chromium"``.
"""

import os
import shutil
import sys
from pathlib import Path

OPTIONAL_PROGRAMS = ("postgresql", "chromium", "node")
"""What ``WITHOUT`` may name; each is a pytest marker as well."""


_DEBIAN_PACKAGES = {"node": "nodejs npm"}
"""What Debian calls a program, where it calls it something else."""


def find_postgresql() -> Path | None:
    """Where a PostgreSQL server's programs are: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    return versions[-1].parent if versions else None


def find_chromium() -> Path | None:
    """Where Chromium is; the variable ``CHROMIUM`` names another browser of its kind."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return Path(found) if found else None


def find_node() -> Path | None:
    """Where Node.js is, if its package manager npm is here as well."""
    found = shutil.which("node")
    return Path(found) if found and shutil.which("npm") else None


def list_missing(excluded_programs: str) -> list[str]:
    """What is not here, of what is not done without; :class:`ValueError` on an unknown word."""
    unknown = set(excluded_programs.split()) - set(OPTIONAL_PROGRAMS)
    if unknown:
        raise ValueError(
            f"WITHOUT takes {', '.join(OPTIONAL_PROGRAMS)}; not {', '.join(sorted(unknown))}"
        )
    finders = {"postgresql": find_postgresql, "chromium": find_chromium, "node": find_node}
    return [
        name
        for name in OPTIONAL_PROGRAMS
        if name not in excluded_programs.split() and not finders[name]()
    ]


def installation_advice(programs: list[str]) -> str:
    """One line that says what to install, or how to go on without it."""
    told = " ".join(programs)
    packages = " ".join(_DEBIAN_PACKAGES.get(name, name) for name in programs)
    return f'Missing: {told}. On Debian: apt-get install {packages}. Or: WITHOUT="{told}"'


def main(excluded_programs: str) -> int:
    """Say what is missing; 0 when nothing is."""
    try:
        names = list_missing(excluded_programs)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if names:
        sys.stderr.write(f"{installation_advice(names)}\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
