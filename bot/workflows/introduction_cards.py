"""Render, claim and look up the introduction card of a team's channel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from bot.content.catalogue import Catalogue
from bot.conversation import Address, Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role, Team
from bot.domain.teams import welcome_card
from bot.domain.teams.setter_rights import SetupRecord, is_recent_setter
from bot.domain.teams.setup_result import CardStatus
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import decode_introduction_detail
from bot.store.repositories.deliveries import Delivery, DeliveryState
from bot.workflows.delivery_outcome import build_address
from bot.workflows.team_setup import INTRODUCTION_LIFETIME, REPOST_SLOT_PREFIX, WELCOME_SLOT

_STATUS_BY_STATE: Mapping[DeliveryState, CardStatus] = MappingProxyType(
    {
        DeliveryState.PLANNED: CardStatus.WAITING,
        DeliveryState.SENDING: CardStatus.WAITING,
        DeliveryState.SENT: CardStatus.POSTED,
        DeliveryState.UNCONFIRMED: CardStatus.IN_DOUBT,
    }
)
"""Card status by delivery state; a state without an entry is a refused card."""


@dataclass(frozen=True)
class ClaimedCard:
    """A claimed delivery of an introduction card, its message, and its address with chat route."""

    delivery: Delivery
    message: Message
    address: Address


def compose_card(repos: Repositories, delivery: Delivery, catalogue: Catalogue) -> Message | None:
    """Render the introduction card of the delivery's channel, or its welcome card.

    The row's ``detail`` column contains the id of the person that the card names and, for a welcome
    card, a locale. In a channel without a team, the welcome slot renders the welcome card; any
    other slot returns ``None``.
    """
    person_id, locale = decode_introduction_detail(delivery.detail)
    team = repos.teams.get_by_channel(delivery.workspace, delivery.channel)
    if team is None:
        pack = catalogue.get_pack(catalogue.choose_language(locale))
        return (
            welcome_card.render_welcome(person_id, pack) if delivery.slot == WELCOME_SLOT else None
        )
    supervisors = repos.teams.list_role_holders(team.id, Role.SUPERVISOR)
    words = catalogue.get_pack(team.language)
    return welcome_card.render_introduction(
        team,
        person_id,
        tuple(supervisor.id for supervisor in supervisors),
        words,
        is_repost=delivery.slot.startswith(REPOST_SLOT_PREFIX),
    )


def claim_card(
    repos: Repositories, team: Team, catalogue: Catalogue, now: datetime
) -> ClaimedCard | None:
    """Claim the channel's last introduction card in a write transaction, if it can be sent now.

    Returns ``None``, and leaves the card to the delivery worker, unless it is planned and due, the
    workspace accepts messages without a probe before the next one, and no other sender claims it.
    """
    card = repos.delivery_history.find_last_card(team.workspace, team.channel)
    if card is None or card.state is not DeliveryState.PLANNED or card.due_at > now:
        return None
    state = repos.workspaces.get_state(team.workspace)
    if state.probe_count or not repos.workspaces.accepts_messages(team.workspace, now):
        return None
    message = compose_card(repos, card, catalogue)
    if message is None or not repos.deliveries.claim_delivery(card.id, card.attempt, now):
        return None
    address = build_address(card)
    route = repos.chat_routes.get_route(address)
    return ClaimedCard(card, message, replace(address, route=route))


def load_card_progress(repos: Repositories, team: Team) -> tuple[bool, CardStatus]:
    """Load the status of the channel's last introduction card; only reads.

    The first value is ``True`` while a sender has claimed the card and has no result yet.
    """
    card = repos.delivery_history.find_last_card(team.workspace, team.channel)
    if card is None or (card.state is DeliveryState.PLANNED and card.reason):
        return False, CardStatus.REFUSED
    status = _STATUS_BY_STATE.get(card.state, CardStatus.REFUSED)
    return card.state is DeliveryState.SENDING, status


def has_recently_set_up(repos: Repositories, person: Person, team_id: str, now: datetime) -> bool:
    """Return whether *person* set up the team within the last day, in its present channel."""
    team = repos.teams.get(team_id)
    if team is None or team.workspace != person.workspace:
        return False
    return is_recent_setter(person.id, _load_setup_record(repos, team), now)


def _load_setup_record(repos: Repositories, team: Team) -> SetupRecord | None:
    """Load who set up *team* in its channel and when, from the row of its introduction card.

    The card is queued in the transaction of the set-up, so that its deadline, which never changes,
    is :data:`INTRODUCTION_LIFETIME` later. ``None`` without a card.
    """
    address = Address(team.workspace, channel=team.channel)
    card = repos.delivery_history.find_channel_delivery(DeliveryKind.INTRODUCTION, address, team.id)
    if card is None:
        return None
    person_id, _ = decode_introduction_detail(card.detail)
    return SetupRecord(person_id, card.deadline - INTRODUCTION_LIFETIME)
