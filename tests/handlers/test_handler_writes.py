"""Whoever writes anything by a form or a button writes the same rows of the sealed tables."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.content import catalogue
from bot.context import Context
from bot.conversation import Person, Profile, Request
from bot.domain.checkins import preferences
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER, ROUTES_WITHOUT_DELIVERIES, SHORTCUTS
from tests.doubles import RecordingOutlet
from tests.handlers.filed_teams import CODES, FRIDAY_CLINICIANS, file_for_clinicians
from tests.handlers.setup_forms import STORED_ANSWERS, encode_changed_tip_day, resolve_reply
from tests.prepared_stores import prepare_store
from tests.sample_team import (
    ADA,
    ADMIN,
    CLINICIANS,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    set_up_team,
)

FormHandler = Callable[[Request, Context], Awaitable[object]]

PACK = catalogue.load_catalogue().get_pack("en")
CHECKIN = f"2026-W27:{PACK.signs[0].code}"
UNJOINED = CLINICIANS[-1]
CHANGE_DATA = encode_changed_tip_day()

SEALED_TABLES = {"inbox", "ledger_record", "team_record"}
FORM_ROWS = {"inbox": 1, "ledger_record": 2, "team_record": 1}
"""Rows that a form writes: a key, two records of the unit and one of the team."""


def list_handlers() -> dict[str, FormHandler]:
    """Return every handler of a form, a button, a shortcut or a command, by a name."""
    commands = {
        f"/{name} {keyword}".strip(): command.handle_request
        for name, command in COMMANDS.items()
        for keyword in ("", *command.keyword_handlers)
    }
    forms = {f"form {name}": handler for name, handler in FORMS.items()}
    buttons = {f"button {name}": handler for name, handler in BUTTONS.items()}
    shortcuts = {f"shortcut {name}": handler for name, handler in SHORTCUTS.items()}
    return {**commands, **forms, **buttons, **shortcuts, "home": HOME_HANDLER}


HANDLERS = list_handlers()


WRITING_REQUESTS: Mapping[str, Request] = {
    "/checkin join": build_request(UNJOINED, "join"),
    "/checkin participer": build_request(UNJOINED, "participer"),
    "/checkin leave": build_request(MARIE, "leave"),
    "/checkin now": build_request(MARIE, "now"),
    "/checkin maintenant": build_request(MARIE, "maintenant"),
    "button checkin.again": build_request(MARIE),
    "button checkin.answer": build_request(MARIE, data=CHECKIN),
    "button checkin.join": build_request(UNJOINED),
    "button checkin.leave": build_request(MARIE),
    "button checkin.menu": build_request(MARIE, data=next(iter(preferences.SNOOZE_DURATIONS))),
    "button checkin.now": build_request(MARIE),
    "button checkin.resume": build_request(MARIE),
    "button home.language": build_request(MARIE, data="en"),
    "button join": build_request(UNJOINED),
    "form ask": build_request(MARIE, data=f"think:nonce:{SUPERVISOR.id}", answers={}),
    "button notice.menu": build_request(MARIE, data="stop"),
    "form agreement": build_request(MARIE, answers={}),
    "form checkin": build_request(MARIE, data=CHECKIN, answers={"checkin": "someone"}),
    "form debrief": build_request(MARIE, answers=CODES),
    "form erase": build_request(MARIE, answers={}),
    "form deeper": build_request(
        MARIE,
        data="away.touched",
        answers={
            "strain": "bond",
            "mine": ("missed_cue",),
            "cue_away": ("few_words",),
            "help": "supervision",
        },
    ),
    "form followup": build_request(MARIE, answers={"followup": "rather_not"}),
    "form guide": build_request(MARIE, answers=CODES),
    "form messages": build_request(MARIE, answers={"state": "on", "day": "4", "time": "15:30"}),
    "form naming": build_request(ADMIN, answers={"which": TEAM.id, "supervisors": (STRANGER.id,)}),
    "form pause": build_request(MARIE, answers={"until": "2026-07-20"}),
    "form settings": build_request(
        MARIE,
        data=TEAM.id,
        answers={"state": "on", "day": "3", "time": "16:30", "until": (), "days": ("1", "3")},
    ),
    "form closing": build_request(SUPERVISOR, data=TEAM.id, answers={}),
    "form preview": build_request(SUPERVISOR, data=CHANGE_DATA, answers={}),
    "form setup": build_request(SUPERVISOR, data=TEAM.id, answers=STORED_ANSWERS),
    "form withdraw": build_request(MARIE, answers={}),
}
"""A request for each handler that stores something of a person."""

READING_REQUESTS: Mapping[str, Request] = {
    "/debriefs hour": build_request(SUPERVISOR, "hour"),
    "button ask.preview": build_request(MARIE, data=f"think::{SUPERVISOR.id}"),
    "button debriefs.exercise": build_request(SUPERVISOR, data=TEAM.id),
    "button debriefs.lines": build_request(SUPERVISOR, data=f"{TEAM.id}:30d"),
    "button debriefs.hour": build_request(SUPERVISOR, data=TEAM.id),
    "button debriefs.method": build_request(SUPERVISOR, data=TEAM.id),
    "button debriefs.period": build_request(SUPERVISOR, data=TEAM.id),
    "button debriefs.share": build_request(SUPERVISOR, data=TEAM.id),
    "button debriefs.shared": build_request(SUPERVISOR, data=f"{TEAM.id}:slot"),
    "button rupture.back": build_request(MARIE, data="away.touched;mine=rushed;strain=bond"),
    "button rupture.deeper": build_request(MARIE, data="away.touched"),
    "button rupture.questions": build_request(MARIE, data="away.touched"),
    "button rupture.rehearse": build_request(MARIE, data="away.touched"),
    "button supervision.card": build_request(SUPERVISOR, data=TEAM.id),
    "button supervision.close": build_request(SUPERVISOR, data=TEAM.id),
    "button supervision.edit": build_request(SUPERVISOR, data=CHANGE_DATA),
    "button supervision.history": build_request(ADMIN),
    "button supervision.name": build_request(ADMIN),
    "button supervision.new": build_request(ADMIN, data="new"),
    "button tip.drill": build_request(MARIE, data="few_words:1:0"),
    "button supervision.undo": build_request(SUPERVISOR, data=TEAM.id),
    "button tip.kind": build_request(MARIE, data=f"{next(iter(PACK.topics))}:{PACK.tips[0].kind}"),
    "button tip.next": build_request(MARIE, data="1"),
    "button tip.situation": build_request(MARIE, data="quiet"),
    "button tip.topic": build_request(MARIE, data=next(iter(PACK.topics))),
    "form strained": build_request(
        MARIE, answers={"supervision_role": "supervised", "supervision_strain": "small"}
    ),
    "form which": build_request(SUPERVISOR, data=TEAM.id, answers={}),
}
"""Requests of the handlers that only show something and need data; the others need none."""

QUEUEING_REQUESTS: Mapping[str, Request] = {
    "/debriefs export": build_request(SUPERVISOR, "export"),
    "button debriefs.export": build_request(SUPERVISOR, data=TEAM.id),
    "button supervision.introduce": build_request(SUPERVISOR, data=TEAM.id),
    "button supervision.move": build_request(SUPERVISOR, data=f"{TEAM.id} C0FREE"),
    "form share": build_request(SUPERVISOR, data=f"{TEAM.id}:question:2026-06-29:", answers={}),
}
"""Requests of a supervisor that are audited or queue a post, and store nothing of a clinician."""
AUDITED_TABLES = {
    "/debriefs export": {"audit_entry"},
    "button debriefs.export": {"audit_entry"},
    "button supervision.move": {"audit_entry", "delivery", "team"},
    "form share": {"audit_entry", "delivery"},
}


@pytest.fixture
async def filed_context(
    context: Context, outlet: RecordingOutlet, tmp_path: Path, prepared_stores: Path
) -> Context:
    """Two teams; in the first all but one joined, filed, and left two check-ins unanswered."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    outlet.profiles[SUPERVISOR] = Profile(is_active_person=False)
    template = prepared_stores / "filed by most"
    return await prepare_store(context, tmp_path, template, file_for_clinicians)


@contextmanager
def count_changed_rows(context: Context) -> Iterator[Counter[str]]:
    """Count the rows that the block changes, by table."""
    counts: Counter[str] = Counter()

    def count_rows(_conn: object, cursor: object, statement: str, *_: object) -> None:
        if match := re.match(r"(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) (\w+)", statement):
            counts[match[1]] += max(0, getattr(cursor, "rowcount", 0))

    writer = context.store._engines.writer
    event.listen(writer, "after_cursor_execute", count_rows)
    yield counts
    event.remove(writer, "after_cursor_execute", count_rows)
    for table in [table for table, count in counts.items() if not count]:
        del counts[table]


async def count_rows_changed_by(context: Context, name: str, request: Request) -> Counter[str]:
    """Return the rows that a request changes, by table."""
    with count_changed_rows(context) as counts:
        await resolve_reply(await HANDLERS[name](request, context))
    return counts


@pytest.mark.parametrize("name", WRITING_REQUESTS)
async def test_every_handler_that_writes_changes_the_same_sealed_rows(
    filed_context: Context, name: str
) -> None:
    """One key, both records of the unit and the team's record: no kind can be told from another."""
    counts = await count_rows_changed_by(filed_context, name, WRITING_REQUESTS[name])

    assert {table: counts[table] for table in SEALED_TABLES} == FORM_ROWS


@pytest.mark.parametrize(
    "name", sorted(HANDLERS.keys() - WRITING_REQUESTS.keys() - QUEUEING_REQUESTS.keys())
)
async def test_every_other_handler_changes_nothing(filed_context: Context, name: str) -> None:
    """A handler that is not among the writers stores nothing, so that none was forgotten."""
    command, _, keyword = name.partition(" ")
    default = build_request(MARIE, keyword if command.startswith("/") else "")
    counts = await count_rows_changed_by(filed_context, name, READING_REQUESTS.get(name, default))

    assert not counts


@pytest.mark.parametrize("name", sorted(ROUTES_WITHOUT_DELIVERIES))
async def test_request_that_wakes_no_worker_changes_sealed_rows_alone(
    filed_context: Context, name: str
) -> None:
    """It plans no message and makes nobody reachable, so that nothing becomes due by it."""
    handler_name = f"form {name}" if name in FORMS else f"button {name}"
    request = WRITING_REQUESTS.get(handler_name) or READING_REQUESTS.get(
        handler_name, build_request(MARIE)
    )
    counts = await count_rows_changed_by(filed_context, handler_name, request)

    assert set(counts) <= SEALED_TABLES


@pytest.mark.parametrize("name", QUEUEING_REQUESTS)
async def test_queued_channel_message_changes_no_sealed_row(
    filed_context: Context, name: str
) -> None:
    """What a supervisor posts or exports changes nothing of a clinician."""
    counts = await count_rows_changed_by(filed_context, name, QUEUEING_REQUESTS[name])

    assert set(counts) == AUDITED_TABLES.get(name, {"delivery"})


async def test_stranger_who_joins_in_a_channel_writes_what_a_form_writes(
    filed_context: Context,
) -> None:
    """A person on no list has no record before they join; the new team's rows are written."""
    counts = await count_rows_changed_by(
        filed_context, "/checkin join", build_request(STRANGER, "join")
    )

    assert {table: counts[table] for table in SEALED_TABLES} == FORM_ROWS


async def move_to_friday_team(context: Context, person: Person) -> None:
    """Let *person* change to the other team, which they count in from the next period on."""
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(person, OTHER_TEAM.id)
    )


async def test_form_after_a_move_writes_what_every_form_of_the_team_writes(
    filed_context: Context,
) -> None:
    """The person counts in their former team, whose records every form of the new team writes."""
    await move_to_friday_team(filed_context, ADA)
    requests = {
        "form debrief": build_request(ADA, answers=CODES, idempotency_key="act 2"),
        "form withdraw": build_request(ADA, answers={}, idempotency_key="act 3"),
        "form guide": build_request(ADA, answers=CODES, idempotency_key="act 4"),
    }
    counts = [
        await count_rows_changed_by(filed_context, name, request)
        for name, request in requests.items()
    ]
    colleague = build_request(FRIDAY_CLINICIANS[0], answers=CODES, idempotency_key="act 5")
    counts.append(await count_rows_changed_by(filed_context, "form guide", colleague))

    assert counts == [{**FORM_ROWS, "ledger_record": 2 * FORM_ROWS["ledger_record"]}] * 4


async def test_form_after_a_removal_writes_what_every_form_of_the_team_writes(
    filed_context: Context,
) -> None:
    """A person on no list any more counts where they were, as if they were in that team."""
    await set_up_team(filed_context, clinicians=CLINICIANS[:-1])
    request = build_request(UNJOINED, answers=CODES, idempotency_key="act 6")

    assert await count_rows_changed_by(filed_context, "form guide", request) == FORM_ROWS
