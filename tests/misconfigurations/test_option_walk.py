"""Every wrong option, port and file of a subcommand ends in a sentence with its remedy."""

import pytest

from tests.misconfigurations.operator import Case, Operator, check_outcome
from tests.misconfigurations.option_cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_wrong_option_is_reported(operator: Operator, case: Case) -> None:
    """The subcommand ends with the option or file and its remedy, no traceback and no secret."""
    check_outcome(case, operator.try_case(case))
