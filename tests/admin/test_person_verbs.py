"""The operator erases a person who has left."""

import pytest

from bot.admin import person_verbs
from bot.context import Context
from bot.conversation import Person
from bot.errors import FaultyInputError
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import ADA, MARIE, set_up_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

TENANT = "3F2504E0-4F89-11D3-9A0C-0305E82C3301"


def test_ids_are_parsed_as_in_a_team_file() -> None:
    """Microsoft's are lowercase, Slack's stay as they are."""
    assert person_verbs.parse_person("T1", "U1") == Person("slack:T1", "U1")
    assert person_verbs.parse_person(TENANT, TENANT) == Person(
        f"msteams:{TENANT.lower()}", TENANT.lower()
    )


def test_every_malformed_id_is_a_fault() -> None:
    """Both are reported at once, and neither is printed."""
    with pytest.raises(FaultyInputError) as caught:
        person_verbs.parse_person("T1/U1", "somebody@example.org")
    assert [fault.location for fault in caught.value.faults] == ["WORKSPACE", "PERSON"]


async def test_person_is_erased_and_counted(context: Context) -> None:
    """The rows are counted before and after; a second run finds nothing more to erase."""
    await set_up_team(context)
    scope = context.store.across_workspaces
    before = await scope.read(lambda repos: person_verbs.count_rows(repos, MARIE))

    results = [await person_verbs.erase_person(context, MARIE) for _ in range(2)]

    assert results == [(before, 0), (0, 0)]
    assert before == await scope.read(lambda repos: person_verbs.count_rows(repos, ADA))
