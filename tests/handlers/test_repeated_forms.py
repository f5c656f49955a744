"""A form that is delivered twice counts once, whatever has changed or failed in between."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.context import Context
from bot.errors import StoreBusyError
from bot.middleware import RequestMiddleware
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import IdempotencyKeyId, TeamKeyId
from bot.store.schema import metadata
from handlers import FORMS
from tests.handlers.recorded_statements import record_statements
from tests.handlers.test_form_submission import (
    EXPECTED_CHANGES,
    FORM_REQUESTS,
    build_form_request,
    is_change,
    submit,
)
from tests.key_folders import list_period_keys
from tests.ledger_records import count_stored_codes
from tests.sample_team import MARIE, OTHER_TEAM, TEAM, build_person, reply_text, set_up_team
from tests.store.sample_counts import fetch_rows

OTHER_CLINICIANS = tuple(build_person(f"other{number}") for number in range(9))
KEY_KINDS = ("requests", "team", "period")
_EXAMPLE_NUMBERS = count()


@pytest.fixture
async def two_teams(context: Context) -> Context:
    """Marie's team, and another one that she may join."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, OTHER_CLINICIANS)
    return context


async def is_accepted(context: Context, name: str = "debrief", key: str = "act 9") -> bool:
    """Deliver one of Marie's forms; return whether it was processed rather than refused."""
    try:
        await submit(context, name, MARIE, key)
    except StoreBusyError:
        return False
    return True


@contextmanager
def block_key(context: Context, kind: str) -> Iterator[None]:
    """Put a folder in the place of a key that Marie's forms read; it may not exist yet."""
    assert isinstance(context.store.key_store, FolderKeyStore)
    file = context.store.key_store.folder / {
        "requests": IdempotencyKeyId().file_name,
        "team": TeamKeyId(TEAM.id).file_name,
        "period": list_period_keys(context.store)[0].file_name,
    }.get(kind, kind)
    away: Path = file.with_suffix(".away")
    if file.exists():
        file.rename(away)
    file.mkdir()
    yield
    file.rmdir()
    if away.exists():
        away.rename(file)


async def fetch_all_rows(context: Context) -> dict[str, list[str]]:
    """Return every row of the database, by table."""
    return {
        name: sorted(map(repr, await fetch_rows(context.store, table)))
        for name, table in metadata.tables.items()
    }


@pytest.mark.parametrize("kind", KEY_KINDS)
@pytest.mark.parametrize("name", FORM_REQUESTS)
async def test_form_is_refused_while_a_key_cannot_be_read(
    context: Context, name: str, kind: str
) -> None:
    """Nothing is stored, whatever the form is; the retry writes what a first delivery does."""
    await set_up_team(context)
    rows_before = await fetch_all_rows(context)
    with block_key(context, kind):
        assert not await is_accepted(context, name)
    assert await fetch_all_rows(context) == rows_before

    with record_statements(context) as statements:
        assert await is_accepted(context, name)
    changes = [text for text, rows in statements if rows and is_change(text)]
    assert all(
        text.startswith(start) for text, start in zip(changes, EXPECTED_CHANGES, strict=True)
    )
    assert await count_stored_codes(context.store) == (2 if name == "debrief" else 0)


async def test_refusal_asks_to_try_again(context: Context) -> None:
    """The person reads that nothing was kept, and may send the same form once more."""
    await set_up_team(context)
    handler = RequestMiddleware(context).bind_handler(FORMS["debrief"])
    with block_key(context, "requests"):
        reply = await handler(build_form_request("debrief"))

    sentence = context.catalogue.get_pack("en").translate("error.busy")
    assert sentence in reply_text(reply)


@pytest.mark.parametrize("kind", KEY_KINDS)
async def test_refused_repetition_counts_nothing(context: Context, kind: str) -> None:
    """A key that cannot be read for the second delivery alone leaves one debrief."""
    await set_up_team(context)
    assert await is_accepted(context)
    with block_key(context, kind):
        assert not await is_accepted(context)

    assert await is_accepted(context)
    assert await count_stored_codes(context.store) == 2


async def lose_team_key(context: Context) -> None:
    """Delete the key of the team's record, which the next form replaces."""
    context.store.key_store.delete(TeamKeyId(TEAM.id))


async def lose_request_key(context: Context) -> None:
    """Delete the key of the digests, which the next form replaces."""
    context.store.key_store.delete(IdempotencyKeyId())


async def join_other_team(context: Context) -> None:
    """Let Marie join the other team."""
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, OTHER_TEAM.id)
    )


async def join_first_team(context: Context) -> None:
    """Let Marie join her first team again."""
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )


async def read_a_guide(context: Context) -> None:
    """Send a form that files nothing."""
    await submit(context, "guide", MARIE, f"guide {next(_EXAMPLE_NUMBERS)}")


CHANGES: Mapping[str, Callable[[Context], Awaitable[None]]] = {
    "team key lost": lose_team_key,
    "request key lost": lose_request_key,
    "moved": join_other_team,
    "moved back": join_first_team,
    "guide": read_a_guide,
}


@pytest.mark.parametrize("change", CHANGES)
async def test_debrief_counts_once_whatever_has_changed(two_teams: Context, change: str) -> None:
    """The second delivery of one request finds the first one's claim."""
    assert await is_accepted(two_teams)
    await CHANGES[change](two_teams)

    assert await is_accepted(two_teams)
    assert await count_stored_codes(two_teams.store) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    steps=st.lists(st.sampled_from(["deliver", *CHANGES, *KEY_KINDS]), min_size=2, max_size=9),
)
async def test_any_number_of_deliveries_counts_once(two_teams: Context, steps: list[str]) -> None:
    """One debrief is counted after any deliveries and failures, once one has been accepted."""
    await join_first_team(two_teams)
    key = f"act {next(_EXAMPLE_NUMBERS)}"
    for step in steps:
        if step in CHANGES:
            await CHANGES[step](two_teams)
        elif step in KEY_KINDS:
            with block_key(two_teams, step):
                await is_accepted(two_teams, key=key)
        else:
            assert await is_accepted(two_teams, key=key)

    assert await is_accepted(two_teams, key=key)
    assert await count_stored_codes(two_teams.store) == 2
    await submit(two_teams, "withdrawal", MARIE, f"withdrawal {next(_EXAMPLE_NUMBERS)}")
    assert await count_stored_codes(two_teams.store) == 0


async def test_repetition_after_a_change_of_teams_says_the_same(two_teams: Context) -> None:
    """The debrief still counts in the former team, and can be withdrawn from it."""
    request = build_form_request("debrief", MARIE, "filed")
    first_reply = await FORMS["debrief"](request, two_teams)
    await join_other_team(two_teams)

    reply = await FORMS["debrief"](request, two_teams)

    note = two_teams.catalogue.get_pack("en").translate("privacy.filed.kept", day="Monday, July 6")
    assert [note in reply_text(text) for text in (first_reply, reply)] == [True, True]


async def test_repetition_after_a_withdrawal_promises_nothing(context: Context) -> None:
    """Once a debrief was withdrawn, its form's repetition does not say that it is stored."""
    await set_up_team(context)
    await submit(context, "debrief", MARIE, "filed")
    await submit(context, "withdrawal", MARIE, "withdrawn")

    reply = await FORMS["debrief"](build_form_request("debrief", MARIE, "filed"), context)

    words = context.catalogue.get_pack("en")
    assert words.translate("privacy.filed.withdrawn") in reply_text(reply)
    assert await count_stored_codes(context.store) == 0
