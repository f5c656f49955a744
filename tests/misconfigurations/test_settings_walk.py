"""Every misconfigured setting ends in a sentence with its remedy."""

import pytest

from tests.misconfigurations.operator import Case, Operator, check_outcome
from tests.misconfigurations.settings_cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_misconfigured_setting_is_reported(operator: Operator, case: Case) -> None:
    """The subcommand ends with the setting and its remedy, no traceback and no secret."""
    check_outcome(case, operator.try_case(case))
