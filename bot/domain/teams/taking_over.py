"""Assign a supervisor to a team that has no active one: who may, whom, and what is announced.

Texts, routes and audit entries call it naming a supervisor.
"""

from collections.abc import Collection

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain import surface
from bot.domain.people import Team
from bot.domain.teams import mentions
from bot.domain.teams.setup_form import CHOOSER_FIELD_ID, MAX_NAME_CHARS
from bot.elements import (
    Audience,
    Button,
    ChoiceField,
    Form,
    Heading,
    Message,
    Option,
    PeopleField,
    Text,
)
from bot.outlet import AccountStatus

ASSIGNMENT_BUTTON_NAME = "supervision.name"
ASSIGNMENT_FORM_NAME = "naming"

PEOPLE_FIELD_ID = "supervisors"

MAX_ASSIGNED = 3
"""Maximum number of supervisors in a form: their ids fit in the ``detail`` of the announcement."""

MAX_TEAMS = 100
"""Maximum number of teams in the form: Slack shows no more options."""


def lacks_supervisor(statuses: Collection[AccountStatus]) -> bool:
    """Return whether a team whose supervisors have *statuses* has no active supervisor.

    A supervisor whose status is unknown counts as active: an outage of the product must give
    nobody the right to replace them. A team without any supervisor lacks one.
    """
    return all(status is AccountStatus.CLOSED for status in statuses)


def find_assignment_fault(
    assigned_ids: Collection[str],
    assigner_id: str,
    supervisor_statuses: Collection[AccountStatus],
    clinician_ids: Collection[str],
    *,
    unlistable_count: int,
) -> tuple[str, str] | None:
    """Return the field and the text key of why *assigner_id* may not assign *assigned_ids*.

    The team must lack an active supervisor. No person assigns themselves, a supervisor is no
    clinician of the declared list, and *unlistable_count* of the chosen accounts are no person's of
    the organisation. Returns ``None`` without a fault.
    """
    faults = (
        (not lacks_supervisor(supervisor_statuses), CHOOSER_FIELD_ID, "setups.naming.active"),
        (not assigned_ids, PEOPLE_FIELD_ID, "supervision.fault.nobody"),
        (len(assigned_ids) > MAX_ASSIGNED, PEOPLE_FIELD_ID, "setups.naming.too_many"),
        (assigner_id in assigned_ids, PEOPLE_FIELD_ID, "supervision.fault.self"),
        (bool({*assigned_ids} & {*clinician_ids}), PEOPLE_FIELD_ID, "setups.naming.clinician"),
        (unlistable_count > 0, PEOPLE_FIELD_ID, "setups.naming.account"),
    )
    return next(((field_id, key) for is_fault, field_id, key in faults if is_fault), None)


def build_fault(fault: tuple[str, str], words: LanguagePack) -> InvalidAnswers:
    """Return the error of the assignment form for a fault of :func:`find_assignment_fault`."""
    field_id, key = fault
    return InvalidAnswers({field_id: words.translate(key)})


def build_assignment_button(words: LanguagePack) -> Button:
    """Build the button that opens the assignment form."""
    return Button(ASSIGNMENT_BUTTON_NAME, words.translate("setups.naming.step"), opens_form=True)


def build_assignment_form(teams: Collection[Team], words: LanguagePack) -> Form:
    """Build the form that assigns supervisors to one of *teams*, which lack an active one."""
    title = words.translate("setups.naming.title")
    if not teams:
        text = words.translate("setups.naming.none")
        return surface.build_note_form(words, title, (Text(text),))
    options = tuple(Option(team.id, team.name[:MAX_NAME_CHARS]) for team in teams)[:MAX_TEAMS]
    return Form(
        ASSIGNMENT_FORM_NAME,
        title,
        (
            Text(words.translate("setups.naming.intro")),
            ChoiceField(
                CHOOSER_FIELD_ID,
                words.translate("supervision.form.which"),
                options,
                initial=(options[0].code,),
                as_dropdown=True,
            ),
            PeopleField(
                PEOPLE_FIELD_ID,
                words.translate("supervision.form.supervisors"),
                max_selected=MAX_ASSIGNED,
                hint=words.translate("supervision.form.supervisors_hint"),
            ),
        ),
        submit=words.translate("setups.naming.submit"),
        close=words.translate("common.cancel"),
    )


def build_assigned_form(team: Team, assigned_ids: tuple[str, ...], words: LanguagePack) -> Form:
    """Build the confirmation that *assigned_ids* supervise *team*."""
    text = words.translate(
        "setups.naming.done", team=team.name, who=words.mention_people(assigned_ids)
    )
    channel = words.translate("setups.naming.channel", channel=f"#{{{team.channel}}}")
    title = words.translate("supervision.done.title")
    return surface.build_note_form(words, title, (Text(text), Text(channel)))


def render_announcement(
    team: Team, assigner_id: str, assigned_ids: tuple[str, ...], words: LanguagePack
) -> Message:
    """Render the message for the team's channel: who assigned whom, and what that means."""
    heading = words.translate("setups.naming.heading", team=team.name)
    facts = {
        "namer": mentions.mention_people((assigner_id,), words),
        "who": mentions.mention_people(assigned_ids, words),
    }
    body = (
        Heading(heading),
        Text(words.translate("setups.naming.news", **facts)),
        Text(words.translate("setups.naming.meaning")),
    )
    return Message(heading, body, Audience.TEAM)


def encode_assignment(assigner_id: str, assigned_ids: Collection[str]) -> str:
    """Encode the detail of the announcement's delivery: ids, separated by spaces."""
    return " ".join((assigner_id, *assigned_ids))


def parse_assignment(detail: str) -> tuple[str, tuple[str, ...]]:
    """Parse the detail of a delivery, see :func:`encode_assignment`."""
    assigner_id, *assigned_ids = detail.split(" ")
    return assigner_id, tuple(assigned_ids)
