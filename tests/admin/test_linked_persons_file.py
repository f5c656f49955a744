"""A team file changes the links of its own workspaces, and of no other clinic."""

from pathlib import Path

import pytest
from sqlalchemy import event

from bot.context import Context
from bot.conversation import Person
from bot.errors import FaultyInputError
from tests.admin.test_apply_teams import SAME_TABLE, TEAM_FILE, WORKSPACE, apply_text
from tests.doubles import clock, context, empty_database, full_catalogue, outlet

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

ABROAD_FILE = TEAM_FILE.replace("T0PRACTICE", "T0ABROAD")
SHARED_LINK = '\n[[same]]\npeople = ["T0PRACTICE/U0A", "T0ABROAD/U0MOBILE"]\n'
SHARED_ACCOUNTS = {Person("slack:T0ABROAD", "U0MOBILE"): Person(WORKSPACE, "U0A")}


async def read_links(context: Context) -> dict[Person, Person]:
    """Return every stored link."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.linked_accounts.list_links()
    )


@pytest.mark.parametrize("own_file", [TEAM_FILE, ABROAD_FILE], ids=["main's", "account's"])
async def test_only_a_file_with_both_teams_links_two_workspaces(
    context: Context, tmp_path: Path, own_file: str
) -> None:
    """The file of either clinic alone neither makes nor ends such a link, main account or not."""
    await apply_text(context, tmp_path, ABROAD_FILE + TEAM_FILE)
    for linked in ({}, SHARED_ACCOUNTS):
        with pytest.raises(FaultyInputError) as error:
            await apply_text(context, tmp_path, own_file + SHARED_LINK)
        assert [fault.key for fault in error.value.faults] == ["operator.team.same_elsewhere"]
        await apply_text(context, tmp_path, "same = []\n" + own_file)
        assert await read_links(context) == linked
        await apply_text(context, tmp_path, ABROAD_FILE + TEAM_FILE + SHARED_LINK)

    assert await read_links(context) == SHARED_ACCOUNTS
    await apply_text(context, tmp_path, "same = []\n" + ABROAD_FILE + TEAM_FILE)
    assert await read_links(context) == {}


async def test_a_file_neither_reads_nor_writes_links_of_another_clinic(
    context: Context, tmp_path: Path
) -> None:
    """Applied before and after, and with links of its own, not one row of the other is touched."""
    other_link = '\n[[same]]\npeople = ["T0ABROAD/U0A", "T0ABROAD/W0A"]\n'
    await apply_text(context, tmp_path, ABROAD_FILE + other_link)
    others = await read_links(context)
    statements: list[tuple[str, str]] = []

    def record(_conn: object, _cursor: object, text: str, values: object, *_: object) -> None:
        if "FROM alias" in text or "INTO alias" in text:
            statements.append((text, str(values)))

    for engine in context.store._engines:
        event.listen(engine, "before_cursor_execute", record)
    await apply_text(context, tmp_path, TEAM_FILE + SAME_TABLE)
    await apply_text(context, tmp_path, "same = []\n" + TEAM_FILE)

    for engine in context.store._engines:
        event.remove(engine, "before_cursor_execute", record)

    assert await read_links(context) == others
    verbs = {text.split(maxsplit=1)[0] for text, _ in statements}
    assert verbs == {"SELECT", "INSERT", "DELETE"}
    assert [text for text, _ in statements if "WHERE" not in text and "INTO" not in text] == []
    assert not any("T0ABROAD" in values for _, values in statements)
