"""A workspace that is installed again after its purge starts like a new one."""

from collections.abc import Mapping

from bot.context import Context
from bot.conversation import Person, Profile, WorkspaceConnected, WorkspaceDisconnected
from bot.domain.uninstallation import PURGE_GRACE
from bot.errors import BotError
from handlers import BUTTONS, COMMANDS, EVENT_HANDLER, FORMS
from schedules import TIMETABLE
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.setup_forms import CURRENT_ANSWERS, submit_setup
from tests.ledger_records import count_stored_codes
from tests.sample_team import ADMIN, MARIE, SUPERVISOR, WORKSPACE, build_request, reply_text

ANSWERS = {"form": "away", "status": "touched"}


async def run_command(context: Context, name: str, person: Person) -> str:
    """Return the answer to a command of *person*, or the key of the refusal."""
    try:
        return reply_text(await COMMANDS[name].handle_request(build_request(person), context))
    except BotError as error:
        return error.key


async def read_pages(context: Context) -> list[str]:
    """Return what Marie and the supervisor read before anything is set up."""
    commands = (("debriefs", SUPERVISOR), ("rupture", MARIE), ("checkin", MARIE))
    return [await run_command(context, name, person) for name, person in commands]


async def count_rows(context: Context) -> Mapping[str, int]:
    """Count the workspace's rows by table."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.workspace_purges.count_rows(WORKSPACE)
    )


async def set_up_and_file(context: Context, key: str) -> str:
    """Set a team up by the form, let Marie join and file, and return the guide that she reads."""
    await submit_setup(context, ADMIN, "new", CURRENT_ANSWERS, key)
    await BUTTONS["join"](build_request(MARIE, idempotency_key=f"{key} join"), context)
    debrief = build_request(MARIE, answers=ANSWERS, idempotency_key=f"{key} debrief")
    return reply_text(await FORMS["debrief"](debrief, context))


async def test_a_reinstalled_workspace_starts_clean(
    context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """The same pages as before its first set-up; then it is set up and counts the one debrief."""
    outlet.profiles[ADMIN] = Profile(zone="America/Toronto", is_admin=True)
    pages = await read_pages(context)
    guide = await set_up_and_file(context, "first")
    counts = await count_rows(context)
    assert await count_stored_codes(context.store) == 2
    await EVENT_HANDLER(WorkspaceDisconnected(WORKSPACE, "app_uninstalled"), context)
    clock.advance(seconds=PURGE_GRACE.total_seconds())
    for duty in TIMETABLE.values():
        await duty.run(context)
    assert set((await count_rows(context)).values()) == {0}

    await EVENT_HANDLER(WorkspaceConnected(WORKSPACE), context)

    assert await read_pages(context) == pages
    assert await set_up_and_file(context, "second") == guide
    assert await count_rows(context) == counts
    assert await count_stored_codes(context.store) == 2
