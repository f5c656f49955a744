"""Locate the programs that tests need besides Python, and report the missing ones.

Run by ``make test`` with the excluded programs: ``python -m tests.needs "chromium"``.
"""

import os
import shutil
import sys
from pathlib import Path

OPTIONAL_PROGRAMS = ("postgresql", "chromium", "node", "faketime", "nginx", "systemd")
"""The programs that ``WITHOUT`` accepts; each is a pytest marker as well."""


_DEBIAN_PACKAGES = {"node": "nodejs npm"}
"""Debian's package names where they differ from the program's."""


def find_postgresql() -> Path | None:
    """Return the directory of PostgreSQL's server programs: on the path, or Debian's location."""
    initdb = shutil.which("initdb")
    if initdb:
        return Path(initdb).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    return versions[-1].parent if versions else None


def find_chromium() -> Path | None:
    """Return Chromium's path; the variable ``CHROMIUM`` names another browser of its kind."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    executable = next((path for name in names if name and (path := shutil.which(name))), None)
    return Path(executable) if executable else None


def find_node() -> Path | None:
    """Return the path of Node.js; ``None`` unless its package manager npm is installed too."""
    node = shutil.which("node")
    return Path(node) if node and shutil.which("npm") else None


def find_faketime() -> Path | None:
    """Return the library that gives a process a clock of its own, of the program on the path."""
    program = shutil.which("faketime")
    folder = Path(program).parents[1] / "lib" if program else Path()
    return next(folder.glob("*/faketime/libfaketimeMT.so.1"), None) if program else None


def find_nginx() -> Path | None:
    """Return the path of nginx, which Debian installs where only root's path looks."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return Path(program) if program else None


def find_systemd() -> Path | None:
    """Return the path of the program that checks systemd's units; systemd need not run."""
    program = shutil.which("systemd-analyze")
    return Path(program) if program else None


def list_missing(excluded_programs: str) -> list[str]:
    """Return the programs that are required and not installed.

    Raises :class:`ValueError` for an unknown name in *excluded_programs*.
    """
    unknown = set(excluded_programs.split()) - set(OPTIONAL_PROGRAMS)
    if unknown:
        raise ValueError(
            f"WITHOUT takes {', '.join(OPTIONAL_PROGRAMS)}; not {', '.join(sorted(unknown))}"
        )
    finders = {
        "postgresql": find_postgresql,
        "chromium": find_chromium,
        "node": find_node,
        "faketime": find_faketime,
        "nginx": find_nginx,
        "systemd": find_systemd,
    }
    return [
        name
        for name in OPTIONAL_PROGRAMS
        if name not in excluded_programs.split() and not finders[name]()
    ]


def installation_advice(programs: list[str]) -> str:
    """Return one line with the command that installs *programs*, or the option to exclude them."""
    names = " ".join(programs)
    packages = " ".join(_DEBIAN_PACKAGES.get(name, name) for name in programs)
    return f'Missing: {names}. On Debian: apt-get install {packages}. Or: WITHOUT="{names}"'


def main(excluded_programs: str) -> int:
    """Print the missing programs; return 0 for none, 1 if any, 2 for an unknown name."""
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
