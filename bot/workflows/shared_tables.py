"""Load a team's published tables, and queue the post that a supervisor shares in its channel."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import NAMESPACE_OID, uuid5

from bot.conversation import Address, Person, Request
from bot.domain.counts import sharing
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.sharing import SharedPost, ShareStatus
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Team
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.domain.teams.unlisted_members import count_without_team
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import team_unit_key
from bot.store.repositories.deliveries import DeliveryState, PlannedDelivery

SHARE_LIFETIME = timedelta(hours=12)
"""Time between a supervisor's submission and the deadline of the post's delivery."""


_STATUS_BY_STATE: Mapping[DeliveryState, ShareStatus] = MappingProxyType(
    {
        DeliveryState.PLANNED: ShareStatus.WAITING,
        DeliveryState.SENDING: ShareStatus.WAITING,
        DeliveryState.SENT: ShareStatus.POSTED,
        DeliveryState.UNCONFIRMED: ShareStatus.IN_DOUBT,
    }
)
"""Share status by delivery state; a state without an entry is a failed share."""


def load_team_archive(
    repos: Repositories,
    team: Team,
    now: datetime,
    other_teams: tuple[Team, ...] = (),
    *,
    may_share: bool = False,
) -> ReportArchive:
    """Load the published tables of *team*; no record of an open period is decrypted.

    *other_teams* are those between which the reader can switch. ``may_share`` of the result is
    ``False`` for a removed team, which has no channel.
    """
    tables = (
        PublishedTable(
            release.opens,
            release.closes,
            release.cap,
            release.unit != team_unit_key(team.id),
            release.table,
        )
        for release in repos.releases.list_by_team(team.id)
    )
    next_release = repos.ledger.find_next_release(team.id, now)
    unlisted_count = count_without_team(repos.frozen_members.list_members(team.id))
    return ReportArchive(
        team,
        tuple(tables),
        next_release,
        other_teams,
        may_share=may_share and not team.is_removed,
        unlisted_count=unlisted_count,
    )


def queue_share(
    repos: Repositories, request: Request, team: Team, post: SharedPost, now: datetime
) -> str:
    """Queue the post for the team's channel, and insert an audit entry; return the slot key.

    Idempotent: the slot key derives from the person and the request's idempotency key, so that a
    retry queues nothing.
    """
    detail = f"{request.person.id} {sharing.encode_post(post)}"
    slot = uuid5(NAMESPACE_OID, f"{request.person.id} {request.idempotency_key}").hex
    deadline = now + SHARE_LIFETIME
    delivery = PlannedDelivery(
        team.workspace, DeliveryKind.SHARE, "", team.channel, slot, now, deadline, detail
    )
    if repos.deliveries.plan_deliveries([delivery]):
        repos.audit_trail.record([_build_entry(team, request.person, now, AuditAction.SHARED)])
    return slot


def record_export(repos: Repositories, person: Person, team: Team, now: datetime) -> None:
    """Insert an audit entry that *person* was shown all tables of *team* as text, once a day."""
    repos.audit_trail.record_daily(_build_entry(team, person, now, AuditAction.EXPORTED))


def _build_entry(team: Team, person: Person, now: datetime, action: AuditAction) -> AuditEntry:
    return AuditEntry(team.workspace, team.id, team.name, now, person.id, action)


def load_share_status(repos: Repositories, team: Team, slot: str) -> ShareStatus:
    """Load the status of the shared post with the slot key *slot* in the channel of *team*.

    ``FAILED`` without a row: it was never queued for this channel.
    """
    state = repos.delivery_history.find_channel_state(
        DeliveryKind.SHARE, Address(team.workspace, channel=team.channel), slot
    )
    return _STATUS_BY_STATE.get(state, ShareStatus.FAILED) if state else ShareStatus.FAILED


def parse_post_detail(detail: str) -> tuple[str, SharedPost]:
    """Parse the person's id and the post from the ``detail`` column of a delivery."""
    person_id, _, encoded_post = detail.partition(" ")
    return person_id, sharing.parse_post(encoded_post)
