"""Periodic job (duty) and composer of the notice that periods have closed.

Supervisors and directors get it at the team's own hour whether or not anything was filed, one
message per person and closing day, which are part of the row's unique key.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from bot.context import Context
from bot.conversation import Person
from bot.domain.checkins import scheduling
from bot.domain.checkins.scheduling import Postponement
from bot.domain.counts import close_notice, close_schedule
from bot.domain.counts.close_schedule import NoticeStatus
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import missed_slot_key
from bot.store.repositories.deliveries import Delivery, PlannedDelivery
from bot.workflows import close_notices, shared_tables
from bot.workflows.close_notices import NoticeRecipient

_BATCH_SIZE = 500
"""Default number of rows inserted per transaction."""


async def run(context: Context, *, batch_size: int = _BATCH_SIZE) -> int:
    """Insert a delivery row for each notice that is due or was missed.

    Idempotent: the table's unique key contains the person and the closing day. Rows are inserted
    in batches of *batch_size*, one write transaction each; batches committed before an exception
    stay. Returns how many due rows were inserted.
    """
    now = context.now()
    candidates = await context.store.across_workspaces.read(
        partial(_list_candidates, context=context, now=now)
    )
    planned_count = 0
    for start in range(0, len(candidates), batch_size):
        batch = candidates[start : start + batch_size]
        planned_count += await context.store.across_workspaces.write(
            partial(_plan_batch, deliveries=batch)
        )
    await context.store.across_workspaces.write(
        lambda repos: repos.watermarks.advance(DeliveryKind.CLOSE_NOTICE, now)
    )
    return planned_count


async def next_due(context: Context) -> datetime | None:
    """Return when the next notice is due, of an open or closed period; ``None`` without any."""
    now = context.now()

    def find_next(repos: Repositories) -> datetime | None:
        closings = close_notices.load_period_closes(repos, now)
        instants = (
            close_schedule.next_notice_after(plan, now)
            for recipient in _load_configured_recipients(repos, context)
            for plan in recipient.plan_notices(closings)
        )
        return min((instant for instant in instants if instant), default=None)

    return await context.store.across_workspaces.read(find_next)


def compose_close_notice(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | Postponement | None:
    """Render the notice in the person's language, from rows of published tables alone.

    The row's ``slot`` column is the closing day. Returns a postponement while the schedule forbids
    messages. ``None``, which withdraws the row, for a person who stopped the notices or has no role
    any more in a team whose table was published.
    """
    recipient, now = close_notices.load_recipient(repos, delivery.recipient), context.now()
    plan = next(
        (
            plan
            for plan in recipient.plan_notices(close_notices.load_period_closes(repos, now))
            if plan.key == delivery.slot and plan.team_ids
        ),
        None,
    )
    if plan is None:
        return None
    if postponement := scheduling.find_postponement(plan.schedule, now, delivery.deadline):
        return postponement
    teams = tuple(recipient.teams[team_id] for team_id in plan.team_ids)
    subject = close_notice.select_subject(teams, recipient.roles)
    clinician = repos.people.get(delivery.recipient)
    language = context.catalogue.choose_language(
        clinician.language, clinician.locale, subject.lead_team.language
    )
    archive = shared_tables.load_team_archive(repos, subject.lead_team, now)
    return close_notice.render_notice(
        subject, archive, plan.closes, context.catalogue.get_pack(language)
    )


def _list_candidates(
    repos: Repositories, context: Context, now: datetime
) -> tuple[PlannedDelivery, ...]:
    """Query the notices that are due, or were missed since the watermark, and have no row yet."""
    last_run = repos.watermarks.read_watermark(DeliveryKind.CLOSE_NOTICE, now)
    closings = close_notices.load_period_closes(repos, now)
    candidates = [
        (recipient.person, status)
        for recipient in _load_configured_recipients(repos, context)
        for plan in recipient.plan_notices(closings)
        if (status := close_schedule.find_status(plan, now, last_run))
    ]
    if not candidates:
        return ()
    planned_slots = repos.delivery_history.slots_by_person(
        DeliveryKind.CLOSE_NOTICE,
        {person for person, _ in candidates},
        min(status.plan.key for _, status in candidates),
    )
    return tuple(
        _build_delivery(person, status)
        for person, status in candidates
        if status.plan.key not in planned_slots[person]
    )


def _load_configured_recipients(repos: Repositories, context: Context) -> Iterator[NoticeRecipient]:
    """Yield the recipients of configured products; this process has no client for any other."""
    for recipient in close_notices.load_recipients(repos):
        if context.is_configured(recipient.person.workspace):
            yield recipient


def _build_delivery(person: Person, status: NoticeStatus) -> PlannedDelivery:
    plan, reason = status.plan, status.missed_reason
    return PlannedDelivery(
        person.workspace,
        DeliveryKind.CLOSE_NOTICE,
        person.id,
        "",
        missed_slot_key(plan.key, reason) if reason else plan.key,
        plan.opens_at,
        plan.deadline,
        "",
        reason=reason,
    )


def _plan_batch(repos: Repositories, deliveries: tuple[PlannedDelivery, ...]) -> int:
    repos.deliveries.plan_deliveries([delivery for delivery in deliveries if delivery.reason])
    return repos.deliveries.plan_deliveries(
        [delivery for delivery in deliveries if not delivery.reason]
    )
