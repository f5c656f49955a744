"""Commands ``person export`` and ``person erase``: arguments, row counts, and the erasure."""

import re

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
from bot.context import Context
from bot.conversation import Person
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS
from bot.workflows.person_erasure import erase_departed_person

_ID_PATTERN = re.compile(r"[A-Za-z0-9-]{2,64}")


def parse_person(workspace: str, person_id: str) -> Person:
    """Parse the arguments ``WORKSPACE`` and ``PERSON``, ids as in a team file, to a person's key.

    Raises :class:`bot.errors.FaultyInputError` with every malformed id.
    """
    faults = tuple(
        Fault(location, "operator.person.malformed", {"field": location})
        for location, text in (("WORKSPACE", workspace), ("PERSON", person_id))
        if not _ID_PATTERN.fullmatch(text)
    )
    if faults:
        raise FaultyInputError(faults)
    workspace, person_id = map(lowercase_microsoft_id, (workspace, person_id))
    return Person(build_workspace_key(workspace), person_id)


def count_rows(repos: Repositories, person: Person) -> int:
    """Count the rows with the id of *person* or a linked account; nothing of what they filed."""
    return repos.personal_rows.count_rows(repos.linked_accounts.list_accounts_of(person))


async def erase_person(context: Context, person: Person) -> tuple[int, int]:
    """Erase a departed person in one write transaction; return the numbers of rows.

    The first is of rows that had an id of the person and have none now, the second of rows that
    still have one. Idempotent. Raises :class:`bot.errors.StoreBusyError`, with nothing written,
    also if a key cannot be read.
    """
    now = context.now()

    def erase(repos: Repositories) -> tuple[int, int]:
        return erase_departed_person(repos, person, now), count_rows(repos, person)

    return await context.store.across_workspaces.write(
        erase, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS
    )
