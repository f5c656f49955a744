"""Print the table of faults: ``python -m tests.faults [PART OF A NAME]``.

Every fault is played on a deployment of its own. Progress goes to standard error.
"""

import sys
import tempfile
from pathlib import Path

from tests.faults.catalogue import FAULTS
from tests.faults.environments import ENVIRONMENTS
from tests.faults.fault import HEADING
from tests.faults.play import play_fault


def main(name_part: str) -> None:
    """Play every fault whose name has *name_part*, and print its row."""
    print(HEADING)  # noqa: T201 - the table is the command's output
    for fault in FAULTS:
        if name_part not in fault.name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                with ENVIRONMENTS[fault.environment](Path(folder)) as deployment:
                    if deployment.has_worker:
                        deployment.wait_until_healthy("/servez")
                    result = play_fault(fault, deployment, fault.seconds)
            except AssertionError as error:
                sys.stderr.write(f"{fault.name}: {error}\n")
                continue
        print(result.render_row(fault.name), flush=True)  # noqa: T201 - as above
        sys.stderr.write(f"{fault.name}: recovered in {result.recovery_seconds:.1f} s\n")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
