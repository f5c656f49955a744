"""Periodic job (duty) and composer of a team's tip in its channel, at the times the team chose."""

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
    """Insert a delivery row for the latest tip of each team, due or missed; idempotent.

    The table's unique key contains the slot, so that a second run, or a second worker, inserts no
    second row. All rows and the watermark are written in one transaction. Returns how many due
    rows were inserted.
    """
    now = context.now()
    last_run, teams = await context.store.across_workspaces.read(
        lambda repos: (
            repos.watermarks.read_watermark(DeliveryKind.TIP, now),
            repos.teams.list_teams(),
        )
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
    """Return when the next tip is due among the teams of configured products, or ``None``."""
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

    The ``slot`` column of the row is the date that selects the card. Returns ``None``, which
    withdraws the row, if no team has the channel any more.
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
    """Return the row of the team's latest tip slot; ``None`` if there is nothing to insert.

    On a public holiday and after the deadline the row has a reason, and is inserted as missed. The
    deadline of a slot in the daytime is the start of the quiet hours at the latest. ``None`` for a
    missed slot up to *last_run*, the watermark, which an earlier run has processed. An unreachable
    channel is retried once a week: no event reports that the bot was added to it again.
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
