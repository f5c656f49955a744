"""Name a supervisor for a team that has no active one: who may, whom, and what is announced."""

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

NAMING_BUTTON_NAME = "supervision.name"
NAMING_FORM_NAME = "naming"

PEOPLE_FIELD_ID = "supervisors"

MAX_NAMED = 3
"""Maximum number of supervisors named at once: their ids fit in the row of the announcement."""

MAX_TEAMS = 100
"""Maximum number of teams in the form: Slack shows no more options."""


def lacks_supervisor(statuses: Collection[AccountStatus]) -> bool:
    """Return whether a team whose supervisors have *statuses* has no active supervisor.

    A supervisor whose status is unknown counts as active: an outage of the product must give
    nobody the right to replace them. A team without any supervisor lacks one.
    """
    return all(status is AccountStatus.CLOSED for status in statuses)


def find_naming_fault(
    named_ids: Collection[str],
    namer_id: str,
    supervisor_statuses: Collection[AccountStatus],
    clinician_ids: Collection[str],
    *,
    unlistable_count: int,
) -> tuple[str, str] | None:
    """Return the field and the text key of why *namer_id* may not name *named_ids*, if so.

    The team must lack an active supervisor. Nobody names themselves, a supervisor is no clinician
    of the declared list, and *unlistable_count* of the named accounts are no person's of the
    organisation.
    """
    faults = (
        (not lacks_supervisor(supervisor_statuses), CHOOSER_FIELD_ID, "setups.naming.active"),
        (not named_ids, PEOPLE_FIELD_ID, "supervision.fault.nobody"),
        (len(named_ids) > MAX_NAMED, PEOPLE_FIELD_ID, "setups.naming.too_many"),
        (namer_id in named_ids, PEOPLE_FIELD_ID, "supervision.fault.self"),
        (bool({*named_ids} & {*clinician_ids}), PEOPLE_FIELD_ID, "setups.naming.clinician"),
        (unlistable_count > 0, PEOPLE_FIELD_ID, "setups.naming.account"),
    )
    return next(((field_id, key) for is_fault, field_id, key in faults if is_fault), None)


def build_fault(fault: tuple[str, str], words: LanguagePack) -> InvalidAnswers:
    """Return the error of the naming form for a fault of :func:`find_naming_fault`."""
    field_id, key = fault
    return InvalidAnswers({field_id: words.translate(key)})


def build_naming_button(words: LanguagePack) -> Button:
    """Build the button that opens the naming form."""
    return Button(NAMING_BUTTON_NAME, words.translate("setups.naming.step"), opens_form=True)


def build_naming_form(teams: Collection[Team], words: LanguagePack) -> Form:
    """Build the form that names supervisors of one of *teams*, which lack an active one."""
    title = words.translate("setups.naming.title")
    if not teams:
        text = words.translate("setups.naming.none")
        return surface.build_note_form(words, title, (Text(text),))
    options = tuple(Option(team.id, team.name[:MAX_NAME_CHARS]) for team in teams)[:MAX_TEAMS]
    return Form(
        NAMING_FORM_NAME,
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
                max_selected=MAX_NAMED,
                hint=words.translate("supervision.form.supervisors_hint"),
            ),
        ),
        submit=words.translate("setups.naming.submit"),
        close=words.translate("common.cancel"),
    )


def build_named_form(team: Team, named_ids: tuple[str, ...], words: LanguagePack) -> Form:
    """Build the confirmation that *named_ids* supervise *team*."""
    text = words.translate(
        "setups.naming.done", team=team.name, who=words.mention_people(named_ids)
    )
    channel = words.translate("setups.naming.channel", channel=f"#{{{team.channel}}}")
    title = words.translate("supervision.done.title")
    return surface.build_note_form(words, title, (Text(text), Text(channel)))


def render_announcement(
    team: Team, namer_id: str, named_ids: tuple[str, ...], words: LanguagePack
) -> Message:
    """Render the message for the team's channel: who named whom, and what that means."""
    heading = words.translate("setups.naming.heading", team=team.name)
    facts = {
        "namer": mentions.mention_people((namer_id,), words),
        "who": mentions.mention_people(named_ids, words),
    }
    body = (
        Heading(heading),
        Text(words.translate("setups.naming.news", **facts)),
        Text(words.translate("setups.naming.meaning")),
    )
    return Message(heading, body, Audience.TEAM)


def encode_naming(namer_id: str, named_ids: Collection[str]) -> str:
    """Encode the detail of the announcement's delivery: ids, separated by spaces."""
    return " ".join((namer_id, *named_ids))


def parse_naming(detail: str) -> tuple[str, tuple[str, ...]]:
    """Parse the detail of a delivery, see :func:`encode_naming`."""
    namer_id, *named_ids = detail.split(" ")
    return namer_id, tuple(named_ids)
