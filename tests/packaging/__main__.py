"""Prepare a release, ``python -m tests.packaging prepare 1.2.3``; ``write`` its files again.

Run by ``make release VERSION=1.2.3`` and ``make release-files VERSION=1.2.3``. Needs git and
Python, and sends nothing anywhere: the maintainer pushes the commit and the tag.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.packaging.release_rules import ReleaseRefusedError
from tests.packaging.repository import prepare_release, write_release_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the release or write its files into ``var/releases``; return the exit status."""
    parser = argparse.ArgumentParser("tests.packaging", description=__doc__)
    parser.add_argument("step", choices=("prepare", "write"))
    parser.add_argument("version", help="the version without a letter, such as 1.2.3")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    try:
        if options.step == "prepare":
            prepare_release(root, options.version, datetime.now(UTC).date())
        folder = root / "var/releases" / options.version
        paths = write_release_files(root, f"v{options.version}", folder)
    except ReleaseRefusedError as error:
        sys.stderr.write(f"No release: {error}.\n")
        return 2
    sys.stdout.write("".join(f"{path.relative_to(root)}\n" for path in paths))
    return 0


if __name__ == "__main__":
    sys.exit(main())
