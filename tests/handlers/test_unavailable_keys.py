"""While the volume of the keys is missing every form is answered "busy, try again"."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.conversation import Person
from bot.errors import StoreBusyError
from bot.middleware import RequestMiddleware
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.schema import metadata
from handlers import FORMS
from tests.handlers.test_form_submission import FORM_REQUESTS, build_form_request, submit
from tests.ledger_records import count_stored_codes
from tests.sample_team import CLINICIANS, MARIE, TEAM, reply_text, set_up_team


@pytest.fixture
async def joined_context(context: Context) -> Context:
    """A team in which everybody has joined and has filed."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(person, TEAM.id) for person in CLINICIANS]
    )
    for person in CLINICIANS:
        await submit(context, "debrief", person, f"before {person.id}")
    return context


def unmount(context: Context) -> Path:
    """Replace the key folder by an empty mount point, and return where the keys are now."""
    folder = folder_of(context)
    away = folder.rename(folder.with_suffix(".away"))
    folder.mkdir(mode=0o700)
    return away


def mount(context: Context, away: Path) -> None:
    """Put the keys back; an entry in the mount point would make it fail."""
    folder_of(context).rmdir()
    away.rename(folder_of(context))


def folder_of(context: Context) -> Path:
    """Return the folder of the context's keys."""
    assert isinstance(context.store.key_store, FolderKeyStore)
    return context.store.key_store.folder


async def fetch_all_rows(context: Context) -> dict[str, list[str]]:
    """Return every row of every table."""
    return await context.store.across_workspaces.read(
        lambda repos: {
            name: sorted(map(repr, repos._connection.execute(select(table))))
            for name, table in metadata.tables.items()
        }
    )


async def reply_to(context: Context, name: str, person: Person = MARIE) -> str:
    """Return the text of the reply to one of the forms."""
    handler = RequestMiddleware(context).bind_handler(FORMS[FORM_REQUESTS[name][0]])
    return reply_text(await handler(build_form_request(name, person)))


@pytest.mark.parametrize("name", FORM_REQUESTS)
async def test_form_is_answered_busy_and_writes_nothing(joined_context: Context, name: str) -> None:
    """No row changes, and no file is created in the mount point."""
    away = unmount(joined_context)
    before = await fetch_all_rows(joined_context)

    with pytest.raises(StoreBusyError):
        await submit(joined_context, name)

    assert await fetch_all_rows(joined_context) == before
    mount(joined_context, away)


@pytest.mark.parametrize("name", FORM_REQUESTS)
async def test_same_request_succeeds_once_the_keys_are_back(
    joined_context: Context, name: str
) -> None:
    """The person reads the error's sentence, and then what they would have read."""
    busy = joined_context.catalogue.get_pack("en").translate("error.busy")
    away = unmount(joined_context)
    reply_before = await reply_to(joined_context, name)
    mount(joined_context, away)

    assert busy in reply_before
    assert busy not in await reply_to(joined_context, name)


async def test_debrief_is_counted_once_after_the_keys_are_back(joined_context: Context) -> None:
    """The refused request left no idempotency key, so that its repetition is the first one."""
    count = await count_stored_codes(joined_context.store)
    away = unmount(joined_context)
    with pytest.raises(StoreBusyError):
        await submit(joined_context, "debrief")
    mount(joined_context, away)
    for _ in range(2):
        await submit(joined_context, "debrief")

    assert await count_stored_codes(joined_context.store) == count + 2
