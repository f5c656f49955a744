"""Answers of the set-up form, and helpers that open and submit it."""

from dataclasses import replace

from bot.context import Context
from bot.conversation import DeferredReply, Person
from bot.domain.people import Team
from bot.domain.teams import setup_changes, setup_difference
from bot.elements import Form
from handlers import COMMANDS, FORMS
from tests.sample_team import (
    CHANNEL,
    CLINICIANS,
    OTHER_CHANNEL,
    SUPERVISOR,
    TEAM,
    WORKSPACE,
    FormAnswers,
    build_person,
    build_request,
)

NEW_TEAM_ANSWERS: FormAnswers = {
    "channel": OTHER_CHANNEL,
    "name": "Friday team",
    "clinicians": tuple(build_person(f"new{number}").id for number in range(6)),
    "supervisors": (SUPERVISOR.id,),
    "day": "5",
    "time": "08:30",
    "tip_days": ("1",),
    "tip_time": "10:00",
    "zone": "America/Toronto",
    "practice": "",
    "language": "en",
    "question": "status",
    "open": "no",
}
"""An admin's answers for a new team."""

CURRENT_ANSWERS: FormAnswers = {
    **NEW_TEAM_ANSWERS,
    "channel": CHANNEL,
    "name": TEAM.name,
    "clinicians": tuple(clinician.id for clinician in CLINICIANS),
    "question": "form",
}
"""The answers of the Monday team's current set-up, of which a test changes some."""

STORED_ANSWERS: FormAnswers = {
    **CURRENT_ANSWERS,
    "day": "1",
    "time": "09:00",
    "tip_days": ("2", "4"),
    "tip_time": "09:00",
}
"""The answers that change nothing in the Monday team as it is stored."""


def encode_changed_tip_day() -> str:
    """Return the data of the preview in which the Monday team's tips move to Wednesday."""
    clinician_ids = [clinician.id for clinician in CLINICIANS]
    stored_setup = setup_changes.describe_setup(TEAM, clinician_ids, [SUPERVISOR.id])
    changed_setup = replace(stored_setup, tip_days=(3,))
    return setup_difference.encode_change(TEAM.id, stored_setup, changed_setup)


async def resolve_reply(reply: object) -> object:
    """Run the continuations of a deferred reply."""
    while isinstance(reply, DeferredReply):
        reply = await reply.continuation()
    return reply


async def open_setup(context: Context, person: Person) -> object:
    """Run the command, and resolve its reply."""
    return await resolve_reply(
        await COMMANDS["supervision"].handle_request(build_request(person), context)
    )


async def submit_setup(
    context: Context,
    person: Person,
    data: str,
    answers: FormAnswers,
    idempotency_key: str = "act 1",
) -> object:
    """Submit the set-up form, apply what it previews, and resolve the reply."""
    reply = await preview_setup(context, person, data, answers, idempotency_key)
    return await apply_preview(context, person, reply, idempotency_key)


async def preview_setup(
    context: Context,
    person: Person,
    data: str,
    answers: FormAnswers,
    idempotency_key: str = "act 1",
) -> object:
    """Submit the set-up form, and resolve its reply: the preview of an existing team's change."""
    request = build_request(person, data=data, answers=answers, idempotency_key=idempotency_key)
    return await resolve_reply(await FORMS["setup"](request, context))


async def apply_preview(
    context: Context, person: Person, reply: object, idempotency_key: str = "act 1"
) -> object:
    """Submit the preview *reply*, and resolve its reply; another reply is returned as it is."""
    if not isinstance(reply, Form) or reply.name != "preview":
        return reply
    request = build_request(
        person, data=reply.data, answers={}, idempotency_key=f"{idempotency_key} applied"
    )
    return await resolve_reply(await FORMS["preview"](request, context))


async def load_teams(context: Context) -> tuple[Team, ...]:
    """Load every team of the workspace."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.teams.list_teams(WORKSPACE)
    )
