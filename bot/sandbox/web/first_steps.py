"""Build the list of first steps for the web page: persona, conversation, command or clock jump."""

from dataclasses import dataclass

from bot.sandbox.workspace.personas import NEW_TEAM_CHANNEL_ID, Persona
from bot.sandbox.workspace.time_travel import TimeTravel
from bot.sandbox.workspace.workspace import Workspace

BOT_CHAT = "app"
"""``room_id`` of the persona's own chat with the bot; the page resolves it to the chat's id."""


@dataclass(frozen=True)
class FirstStep:
    """One step; ``name`` is part of the keys of its sentences in the catalogue.

    ``jump`` is an argument of the endpoint ``/practice/clock``, and ``line`` a command for the
    message input; both are ``""`` by default. ``room_id`` is a conversation's id or
    :data:`BOT_CHAT`.
    """

    name: str
    persona: Persona
    room_id: str
    jump: str = ""
    line: str = ""


def list_first_steps(workspace: Workspace, time_travel: TimeTravel) -> list[FirstStep]:
    """Return the steps in their order, for the current state of *workspace*.

    A step is skipped if no persona has its role, or *workspace* has no conversation with its id.
    """
    practice = workspace.sample_practice
    team = practice.teams[0]
    clinicians = practice.people_in_role(team, "clinician")
    supervisors = practice.people_in_role(team, "supervisor")
    admins = [person for person in practice.personas if person.role == "admin"]
    steps = [
        *(FirstStep("tip", person, team.channel, line="/tip") for person in clinicians[:1]),
        *(FirstStep("rupture", person, team.channel, line="/rupture") for person in clinicians[:1]),
        *(
            FirstStep("checkin", person, BOT_CHAT, jump="checkin")
            for person in _order_by_checkins(clinicians, time_travel)[:1]
        ),
        *(
            FirstStep("debriefs", person, team.channel, line="/debriefs")
            for person in supervisors[:1]
        ),
        *(
            FirstStep("setup", person, NEW_TEAM_CHANNEL_ID, line="/supervision")
            for person in admins[:1]
        ),
    ]
    return [
        step
        for step in steps
        if step.room_id == BOT_CHAT or step.room_id in workspace.conversations
    ]


def _order_by_checkins(clinicians: tuple[Persona, ...], time_travel: TimeTravel) -> list[Persona]:
    """Return *clinicians*, those first who have received a check-in."""
    return sorted(clinicians, key=lambda person: not time_travel.has_received_checkin(person))
