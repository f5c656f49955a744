"""Every fault of the database's and the keys' files ends in a sentence with its remedy."""

from pathlib import Path

import pytest

from tests.misconfigurations.database_cases import build_file_cases
from tests.misconfigurations.key_cases import FOLDER_CASES, build_key_cases
from tests.misconfigurations.operator import Case, Operator, check_outcome

FILE_CASES = {case.name: number for number, case in enumerate(build_file_cases(Path()))}
KEY_CASES = {case.name: number for number, case in enumerate(build_key_cases(Path()))}


@pytest.mark.parametrize("name", FILE_CASES)
def test_faulty_database_file_is_reported(
    operator: Operator, migrated_file: Path, name: str
) -> None:
    """The subcommand ends with the remedy of the file, no traceback and no secret."""
    case = build_file_cases(migrated_file)[FILE_CASES[name]]

    check_outcome(case, operator.try_case(case))


@pytest.mark.parametrize("name", KEY_CASES)
def test_faulty_key_store_is_reported(operator: Operator, claimed_folder: Path, name: str) -> None:
    """The subcommand ends with the remedy of the keys, no traceback and no secret."""
    case = build_key_cases(claimed_folder)[KEY_CASES[name]]

    check_outcome(case, operator.try_case(case))


@pytest.mark.parametrize("case", FOLDER_CASES, ids=lambda case: case.name)
def test_unusable_folder_is_reported(operator: Operator, case: Case) -> None:
    """The subcommand ends with the remedy of the folder, no traceback and no secret."""
    check_outcome(case, operator.try_case(case))
