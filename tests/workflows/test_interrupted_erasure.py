"""An erasure that fails in the middle leaves everything as it was."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.context import Context
from bot.store.repositories import Repositories
from handlers import FORMS
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import TEAM, build_person, build_request, set_up_team
from tests.workflows.test_person_erasure import erase, read_rows

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

JOINER = build_person("joiner")
_FAILING_DELETION = (
    "CREATE TRIGGER fail BEFORE DELETE ON roster BEGIN SELECT RAISE(ABORT, 'the disk failed'); END"
)
"""It fails after the rows beside the name, the slot and the debriefs are gone."""


@pytest.mark.parametrize("has_left", [False, True], ids=["present", "departed"])
async def test_failure_in_the_middle_erases_nothing(context: Context, *, has_left: bool) -> None:
    """Every row is as before, and what the person filed can still be taken back."""
    await set_up_team(context)

    def join(repos: Repositories) -> None:
        repos.people.join_team(JOINER, TEAM.id)
        repos.ledger.add_listed_people(context.now(), (TEAM.id,))

    await context.store.across_workspaces.write(join)
    answers = {"form": "away", "status": "touched"}
    await FORMS["debrief"](build_request(JOINER, answers=answers), context)
    await context.store.across_workspaces.write(
        lambda repos: repos._connection.execute(text(_FAILING_DELETION)).close()
    )
    rows = await read_rows(context)

    with pytest.raises(IntegrityError):
        await erase(context, JOINER, has_left=has_left)

    assert await read_rows(context) == rows
    withdrawal = await context.store.across_workspaces.write(
        lambda repos: repos.withdrawals.withdraw_debriefs(
            repos.ledger.get_contributor_and_open_periods(JOINER, context.now()), context.now()
        )
    )
    assert withdrawal.debrief_count == 1
