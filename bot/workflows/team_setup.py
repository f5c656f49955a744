"""What a team's set-up needs to know, and how all of it is kept at once."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from bot.conversation import Person
from bot.domain.people import Role, Team
from bot.domain.teams import setup_submission as plans
from bot.domain.teams.setup_form import NEW_TEAM_ID, CurrentSetup
from bot.domain.teams.setup_submission import SetupContext, SetupSubmission
from bot.errors import StaleFormError
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery

WELCOME_SLOT = "arrived"
"""The slot of the card that is owed to a channel to which the bot was added."""

MAX_SEARCHED_DELIVERIES = 1000
"""How many owed messages are looked through for one that introduces the bot already."""

INTRODUCTION_LIFETIME = timedelta(days=30)
"""For how long an introduction card is still worth posting after a set-up."""


class SetupEditor(Enum):
    """Who may change a team's set-up."""

    THIS_PERSON = "this_person"
    AN_ADMIN = "an_admin"
    OTHERS = "others"


@dataclass(frozen=True)
class SavedSetup:
    """A set-up as it was kept: the team, and the day on which its open period is told.

    ``introduces`` says that its channel is owed the introduction card, ``question_waits``
    that another question was chosen for the next period.
    """

    team: Team
    period_close: date | None
    posts_introduction: bool
    is_question_deferred: bool


def editor_of(repos: Repositories, person: Person, team_id: str) -> SetupEditor:
    """Who may change the set-up of *team_id*: its supervisors, or an admin while it has none.

    Raises :class:`bot.errors.StaleFormError` when there is no such team in the workspace.
    """
    if team_id == NEW_TEAM_ID:
        return SetupEditor.AN_ADMIN
    supervisors = repos.teams.list_role_holders(
        _get_team(repos, person, team_id).id, Role.SUPERVISOR
    )
    if person in supervisors:
        return SetupEditor.THIS_PERSON
    return SetupEditor.OTHERS if supervisors else SetupEditor.AN_ADMIN


def editable_teams(repos: Repositories, person: Person, *, is_admin: bool) -> tuple[Team, ...]:
    """The teams whose set-up *person* may open."""
    allowed = {SetupEditor.THIS_PERSON, *([SetupEditor.AN_ADMIN] if is_admin else [])}
    teams = repos.teams.list_teams(person.workspace)
    return tuple(team for team in teams if editor_of(repos, person, team.id) in allowed)


def load_current_setup(repos: Repositories, person: Person, team_id: str) -> CurrentSetup:
    """What the set-up of *team_id* holds now; blank for a new team."""
    if team_id == NEW_TEAM_ID:
        return CurrentSetup()
    team = _get_team(repos, person, team_id)
    return CurrentSetup(
        team=team,
        may_name_practice=editor_of(repos, person, team_id) is SetupEditor.AN_ADMIN,
        clinicians=tuple(one.id for one in repos.teams.list_declared_clinicians(team.id)),
        supervisors=tuple(
            one.id for one in repos.teams.list_role_holders(team.id, Role.SUPERVISOR)
        ),
    )


def load_setup_context(
    repos: Repositories, person: Person, team_id: str, submission: SetupSubmission
) -> SetupContext:
    """What *plan*, filled in by *person*, meets in the workspace."""
    taken = repos.teams.get_by_channel(person.workspace, submission.channel)
    others = (one for one in repos.teams.list_teams(person.workspace) if one.id != team_id)
    return SetupContext(
        setter_id=person.id,
        supervisors=tuple(
            one.id for one in repos.teams.list_role_holders(team_id, Role.SUPERVISOR)
        ),
        is_channel_in_use=taken is not None and taken.id != team_id,
        clinicians_elsewhere=frozenset(
            one.id for team in others for one in repos.teams.list_declared_clinicians(team.id)
        ),
    )


def save_setup(
    repos: Repositories, person: Person, team_id: str, submission: SetupSubmission, now: datetime
) -> SavedSetup:
    """Keep the whole set-up, and owe the channel its introduction; kept twice, it is the same.

    A supervisor changes no practice, whatever arrives: its pool is not theirs to read.
    """
    before, team = repos.teams.get(team_id), submission.build_team(team_id, person.workspace)
    if before and editor_of(repos, person, team_id) is not SetupEditor.AN_ADMIN:
        team = replace(team, practice=before.practice)
    kept_on = plans.retained_supervisors(load_setup_context(repos, person, team_id, submission))
    repos.teams.save(team)
    repos.teams.declare_clinicians(team_id, _build_persons(person, submission.clinicians))
    repos.teams.set_role_holders(
        team_id, Role.SUPERVISOR, _build_persons(person, (*submission.supervisors, *kept_on))
    )
    repos.slips.open_missing_periods(now)
    introduces = _queue_introduction(repos, team, person, now, team_id)
    waits = before is not None and before.question != team.question
    return SavedSetup(team, repos.slips.next_close_of_team(team_id), introduces, waits)


def requeue_introduction(repos: Repositories, person: Person, team_id: str, now: datetime) -> None:
    """Owe the team's channel its introduction once more, at most once a day."""
    day = now.date().isoformat()
    _queue_introduction(repos, _get_team(repos, person, team_id), person, now, f"again {day}")


def queue_welcome_card(
    repos: Repositories, adder: Person, channel: str, locale: str, now: datetime
) -> None:
    """Owe *channel* a card that names *who* added the bot there; once, ever.

    Where an introduction is owed already, that is the card.
    """
    due = repos.deliveries.list_due_deliveries(adder.workspace, now, MAX_SEARCHED_DELIVERIES)
    if not any(one.kind == "intro" and one.channel == channel for one in due):
        late, detail = now + INTRODUCTION_LIFETIME, f"{adder.id} {locale}"
        card = PlannedDelivery(
            adder.workspace, "intro", "", channel, WELCOME_SLOT, now, late, detail
        )
        repos.deliveries.plan_deliveries([card])


def _queue_introduction(
    repos: Repositories, team: Team, setter: Person, now: datetime, slot: str
) -> bool:
    late = now + INTRODUCTION_LIFETIME
    card = PlannedDelivery(team.workspace, "intro", "", team.channel, slot, now, late, setter.id)
    return repos.deliveries.plan_deliveries([card]) == 1


def _get_team(repos: Repositories, person: Person, team_id: str) -> Team:
    team = repos.teams.get(team_id)
    if team is None or team.workspace != person.workspace:
        raise StaleFormError
    return team


def _build_persons(colleague: Person, ids: tuple[str, ...]) -> tuple[Person, ...]:
    return tuple(Person(colleague.workspace, one) for one in ids)
