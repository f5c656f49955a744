"""The number of misconfigurations through which the subcommands are walked."""

from tests.misconfigurations import option_cases, settings_cases
from tests.misconfigurations.database_cases import FILE_FAULTS
from tests.misconfigurations.key_cases import FOLDER_CASES, KEY_FAULTS
from tests.misconfigurations.server_faults import SERVER_FAULTS
from tests.misconfigurations.test_doctor_walk import FILE_FAULTS as DOCTOR_FILE_FAULTS
from tests.misconfigurations.test_doctor_walk import SLACK_FAULTS

MIN_MISCONFIGURATIONS = 70


def test_walk_has_at_least_70_misconfigurations() -> None:
    """Each fault is counted once, however many subcommands meet it."""
    faults = [
        *(case.name for case in (*settings_cases.CASES, *option_cases.CASES)),
        *(prepare.__name__ for prepare, _ in FILE_FAULTS),
        *(prepare.__name__ for prepare, *_ in KEY_FAULTS),
        *(case.sentence for case in FOLDER_CASES),
        *(prepare.__name__ for prepare, _ in SERVER_FAULTS),
        *(prepare.__name__ for prepare in DOCTOR_FILE_FAULTS),
        *SLACK_FAULTS,
    ]

    assert len(set(faults)) >= MIN_MISCONFIGURATIONS
