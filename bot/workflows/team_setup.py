"""Load and save a team's set-up in one transaction, and queue the cards of its channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.conversation import Channel, Person
from bot.domain.counts.next_release import NextRelease
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import (
    Role,
    SetupEditor,
    Team,
    find_setup_editor,
    may_edit_team,
    may_name_practice,
)
from bot.domain.teams.channel_move import offers_move
from bot.domain.teams.setup_form import NEW_TEAM_ID, CurrentSetup
from bot.domain.teams.setup_opening import propose_team_name
from bot.domain.teams.setup_submission import (
    SetupContext,
    SetupSubmission,
    complete_submission,
)
from bot.domain.teams.unlisted_members import count_without_team
from bot.errors import StaleFormError
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import encode_introduction_detail
from bot.store.repositories.deliveries import PlannedDelivery
from bot.workflows import setup_history, setup_undo
from bot.workflows.form_submission import write_cover
from bot.workflows.period_opening import open_practice_periods
from bot.workflows.personal_data import is_last_channel_message_undelivered

__all__ = [
    "INTRODUCTION_LIFETIME",
    "REPOST_SLOT_PREFIX",
    "WELCOME_SLOT",
    "SavedSetup",
    "SetupEditor",
    "list_editable_teams",
    "load_current_setup",
    "load_setup_change",
    "load_setup_context",
    "load_setup_editor",
    "queue_introduction",
    "queue_repost",
    "queue_welcome_card",
    "retry_introduction",
    "save_setup",
]

WELCOME_SLOT = "arrived"
"""Slot key of the card that is queued when the bot is added to a channel."""

REPOST_SLOT_PREFIX = "again "
"""Prefix of the slot key of a repost; the day in UTC follows."""

INTRODUCTION_LIFETIME = timedelta(days=30)
"""Time between the queueing of a card and the deadline of its delivery."""


@dataclass(frozen=True)
class SavedSetup:
    """Result of a saved set-up: the team, and the next release of its open period.

    ``posts_introduction`` is True when an introduction card was queued for the channel,
    ``is_question_deferred`` when a changed question applies from the next period, and
    ``is_undoable`` when the person can undo the change.
    """

    team: Team
    next_release: NextRelease | None
    posts_introduction: bool
    is_question_deferred: bool
    is_undoable: bool = False


def load_setup_editor(
    repos: Repositories, person: Person, team_id: str, *, includes_removed: bool = False
) -> SetupEditor:
    """Load who may edit the set-up of *team_id*: its supervisors, or an admin while it has none.

    Returns :attr:`SetupEditor.OTHERS` for a team of other supervisors, and for one that is removed
    or not of the person's workspace. With *includes_removed* a removed team is like any other one.
    """
    if team_id == NEW_TEAM_ID:
        return find_setup_editor(person, ())
    team = repos.teams.get(team_id)
    if team is None or team.workspace != person.workspace:
        return SetupEditor.OTHERS
    if team.is_removed and not includes_removed:
        return SetupEditor.OTHERS
    return find_setup_editor(person, repos.teams.list_role_holders(team.id, Role.SUPERVISOR))


def list_editable_teams(repos: Repositories, person: Person, *, is_admin: bool) -> tuple[Team, ...]:
    """Return the teams whose set-up *person* may edit."""
    teams = repos.teams.list_teams(person.workspace)
    return tuple(
        team
        for team in teams
        if may_edit_team(load_setup_editor(repos, person, team.id), is_admin=is_admin)
    )


def load_current_setup(
    repos: Repositories, person: Person, team_id: str, new_channel: Channel | None = None
) -> CurrentSetup:
    """Load the set-up form's initial values for *team_id*; for a new team, only *new_channel*.

    A channel of another team is neither a default nor offered for a move. Raises
    :class:`StaleFormError` for a team that was removed or is not of the person's workspace.
    """
    is_in_use = new_channel is not None and bool(
        repos.teams.get_by_channel(person.workspace, new_channel.id)
    )
    if team_id == NEW_TEAM_ID:
        if new_channel is None or is_in_use:
            return CurrentSetup()
        return CurrentSetup(channel=new_channel.id, name=propose_team_name(new_channel.name))
    team = _get_team(repos, person, team_id)
    return CurrentSetup(
        team=team,
        may_name_practice=may_name_practice(load_setup_editor(repos, person, team_id)),
        clinicians=_list_person_ids(repos.teams.list_declared_clinicians(team.id)),
        supervisors=_list_person_ids(repos.teams.list_role_holders(team.id, Role.SUPERVISOR)),
        is_last_message_undelivered=is_last_channel_message_undelivered(repos, team),
        unlisted_count=count_without_team(repos.frozen_members.list_members(team.id)),
        free_channel=new_channel.id
        if new_channel and offers_move(team, new_channel, is_channel_in_use=is_in_use)
        else "",
    )


def load_setup_context(
    repos: Repositories,
    person: Person,
    team_id: str,
    submission: SetupSubmission,
    listed_channels: frozenset[str] | None = None,
) -> SetupContext:
    """Load the rows of the workspace that *submission* by *person* is validated against.

    With *listed_channels* the chosen channel must be one of them, the team's current one, or one
    that the product reported earlier: a Teams client can submit any text as a channel.
    """
    channel_team = repos.teams.get_by_channel(person.workspace, submission.channel)
    other_teams = (team for team in repos.teams.list_teams(person.workspace) if team.id != team_id)
    return SetupContext(
        setter_id=person.id,
        supervisors=_list_person_ids(repos.teams.list_role_holders(team_id, Role.SUPERVISOR)),
        is_channel_in_use=channel_team is not None and channel_team.id != team_id,
        is_channel_known=listed_channels is None
        or channel_team is not None
        or submission.channel in listed_channels
        or repos.chat_routes.has_channel(person.workspace, submission.channel),
        clinicians=frozenset(_list_person_ids(repos.teams.list_declared_clinicians(team_id))),
        clinicians_elsewhere={
            clinician.id: team
            for team in other_teams
            for clinician in repos.teams.list_declared_clinicians(team.id)
        },
    )


def load_setup_change(
    repos: Repositories,
    person: Person,
    team_id: str,
    submission: SetupSubmission,
    setup_context: SetupContext,
) -> tuple[SetupSubmission | None, SetupSubmission]:
    """Load the stored set-up, ``None`` for a new team, and derive its replacement; only reads."""
    before = setup_history.load_setup(repos, team_id)
    may_name = may_name_practice(load_setup_editor(repos, person, team_id))
    after = complete_submission(submission, before, setup_context, may_name_practice=may_name)
    return before, after


def save_setup(
    repos: Repositories, person: Person, team_id: str, submission: SetupSubmission, now: datetime
) -> SavedSetup:
    """Save the whole set-up and queue the channel's introduction card. Idempotent.

    Also inserts audit entries, the undo copy and missing periods, and encrypts the team's records
    again as a form does, since the slot of a new supervisor is cleared.

    The practice of an existing team is ignored unless an admin submits it: a supervisor has no
    access to the pooled counts of another practice. Raises :class:`StaleFormError` for a team that
    was removed since the form was opened: a list of a removed team would count nowhere.
    """
    saved_team = repos.teams.get(team_id)
    if saved_team and saved_team.is_removed:
        raise StaleFormError
    setup_context = load_setup_context(repos, person, team_id, submission)
    before, after = load_setup_change(repos, person, team_id, submission, setup_context)
    team = after.build_team(team_id, person.workspace)
    if saved_team and saved_team.channel != team.channel:
        repos.team_lifecycle.move_channel(saved_team, team.channel)
    repos.teams.save(team)
    repos.teams.declare_clinicians(team_id, _build_persons(person, after.clinicians))
    repos.teams.set_role_holders(
        team_id, Role.SUPERVISOR, _build_persons(person, after.supervisors)
    )
    setup_history.record_setup(repos, team, before, person.id, now)
    open_practice_periods(repos, saved_team or team, team, now)
    write_cover(repos, team, now)
    posts_introduction = _queue_card(repos, team, person, now, team_id)
    is_question_deferred = saved_team is not None and saved_team.question != team.question
    return SavedSetup(
        team,
        repos.ledger.find_next_release(team_id, now),
        posts_introduction,
        is_question_deferred,
        is_undoable=setup_undo.may_undo_setup(repos, person, team_id, now),
    )


def queue_repost(repos: Repositories, person: Person, team_id: str, now: datetime) -> Team:
    """Queue a further introduction card in the team's channel, at most once a day in UTC.

    If one is planned still, only its due time is set to *now*. Returns the team. Raises
    :class:`StaleFormError` for a team that was removed or is not of the person's workspace.
    """
    team = _get_team(repos, person, team_id)
    if not repos.deliveries.make_introduction_due(team.workspace, team.channel, now):
        slot = f"{REPOST_SLOT_PREFIX}{now.date().isoformat()}"
        _queue_card(repos, team, person, now, slot)
    return team


def retry_introduction(repos: Repositories, person: Person, team_id: str, now: datetime) -> Team:
    """Set the due time of the channel's card to *now* unless it was posted; return the team.

    A card that was withdrawn, or that the channel rejected, is planned again; no row is inserted.
    Raises :class:`StaleFormError` as :func:`queue_repost` does.
    """
    team = _get_team(repos, person, team_id)
    if not repos.deliveries.make_introduction_due(team.workspace, team.channel, now):
        repos.deliveries.replan_lost_introduction(team.workspace, team.channel, now)
    return team


def queue_introduction(repos: Repositories, person: Person, team_id: str, now: datetime) -> Team:
    """Queue the team's introduction card in its channel, once per channel; return the team."""
    team = _get_team(repos, person, team_id)
    _queue_card(repos, team, person, now, team_id)
    return team


def queue_welcome_card(
    repos: Repositories, adder: Person, channel: str, locale: str, now: datetime
) -> None:
    """Queue a card for *channel* that names *adder*, who added the bot there; once per channel.

    If an introduction card is planned, its due time is set to *now* instead.
    """
    if not repos.deliveries.make_introduction_due(adder.workspace, channel, now):
        deadline = now + INTRODUCTION_LIFETIME
        detail = encode_introduction_detail(adder.id, locale)
        card = PlannedDelivery(
            adder.workspace,
            DeliveryKind.INTRODUCTION,
            "",
            channel,
            WELCOME_SLOT,
            now,
            deadline,
            detail,
        )
        repos.deliveries.plan_deliveries([card])


def _queue_card(repos: Repositories, team: Team, setter: Person, now: datetime, slot: str) -> bool:
    deadline = now + INTRODUCTION_LIFETIME
    detail = encode_introduction_detail(setter.id)
    card = PlannedDelivery(
        team.workspace, DeliveryKind.INTRODUCTION, "", team.channel, slot, now, deadline, detail
    )
    is_new = repos.deliveries.plan_deliveries([card]) == 1
    return is_new or repos.deliveries.replan_lost_introduction(team.workspace, team.channel, now)


def _get_team(repos: Repositories, person: Person, team_id: str) -> Team:
    team = repos.teams.get(team_id)
    if team is None or team.is_removed or team.workspace != person.workspace:
        raise StaleFormError
    return team


def _build_persons(colleague: Person, ids: tuple[str, ...]) -> tuple[Person, ...]:
    return tuple(Person(colleague.workspace, person_id) for person_id in ids)


def _list_person_ids(persons: Iterable[Person]) -> tuple[str, ...]:
    return tuple(person.id for person in persons)
