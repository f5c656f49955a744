"""Duty and composer of a team's tip in its channel, on the days and at the time the team chose."""

from datetime import date, datetime
from functools import partial

from bot.context import Context
from bot.domain import calendar, tip_rotation, tips
from bot.domain.checkins.scheduling import REASON_LATE, Blocker
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Team
from bot.elements import Audience, Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery, PlannedDelivery


async def run(context: Context) -> int:
    """Insert a delivery row for today's tip of each team whose time has come; idempotent.

    The unique key of the delivery table includes the slot, so that a second run, or a second
    worker, inserts no second row. Returns how many tips were planned.
    """
    now = context.now()
    last_run, teams = await context.store.across_workspaces.read(
        lambda repos: (repos.watermarks.last_run(DeliveryKind.TIP, now), repos.teams.list_teams())
    )
    planned_tips = [
        planned_tip
        for team in teams
        if context.is_configured(team.workspace)
        and (planned_tip := _plan_latest_tip(team, now, last_run))
    ]
    return await context.store.across_workspaces.write(
        partial(_plan_tips, planned_tips=planned_tips, now=now)
    )


async def next_due(context: Context) -> datetime | None:
    """Return when the next team's tip is due, over all teams of configured products."""
    now = context.now()
    teams = await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams())
    slots = [
        calendar.next_daily_slot(team.tip_days, team.tip_time, calendar.load_zone(team.zone), now)
        for team in teams
        if context.is_configured(team.workspace)
    ]
    return min((slot.due_at for slot in slots if slot), default=None)


def compose_tip(repos: Repositories, delivery: Delivery, context: Context) -> Message | None:
    """Render the tip for the channel, in the team's language.

    The slot column is the date that selects the card. Returns ``None`` when the team's row was
    deleted.
    """
    team = repos.teams.get_by_channel(delivery.workspace, delivery.channel)
    if team is None:
        return None
    words = context.catalogue.get_pack(team.language)
    tip = tip_rotation.select_daily_tip(words.tips, team.id, date.fromisoformat(delivery.slot))
    return tips.render_tip(tip, words, audience=Audience.TEAM)


def _plan_tips(repos: Repositories, planned_tips: list[PlannedDelivery], now: datetime) -> int:
    repos.deliveries.plan_deliveries([tip for tip in planned_tips if tip.reason])
    repos.watermarks.advance(DeliveryKind.TIP, now)
    return repos.deliveries.plan_deliveries([tip for tip in planned_tips if not tip.reason])


def _plan_latest_tip(team: Team, now: datetime, last_run: datetime) -> PlannedDelivery | None:
    """Return the row of the team's latest tip slot; ``None`` when there is nothing to insert.

    The row has a reason, and is inserted as missed, on a public holiday and after the deadline,
    which for a slot in the daytime is the start of the quiet hours at the latest. A missed slot
    that an earlier run has processed, up to *last_run*, returns ``None``. A channel that accepts no
    messages is tried once a week: no event reports that the bot was put back into it.
    """
    zone = calendar.load_zone(team.zone)
    slot = calendar.latest_daily_slot(team.tip_days, team.tip_time, zone, now)
    if slot is None:
        return None
    day = date.fromisoformat(slot.key)
    if team.unreachable_reason and not tips.is_first_tip_day(day, team.tip_days):
        return None
    quiet_start = calendar.local_to_utc(day, calendar.QUIET_HOURS_START, zone)
    deadline = slot.due_at + calendar.MAX_LATENESS[DeliveryKind.TIP]
    deadline = min(deadline, quiet_start) if slot.due_at < quiet_start else deadline
    missed_reason = Blocker.HOLIDAY if calendar.is_holiday(day, team.holiday_region) else ""
    if now > deadline:
        missed_reason = missed_reason or REASON_LATE
    if missed_reason and slot.due_at <= last_run:
        return None
    return PlannedDelivery(
        team.workspace,
        DeliveryKind.TIP,
        "",
        team.channel,
        slot.key,
        slot.due_at,
        deadline,
        "",
        reason=missed_reason,
    )
