"""Posts a team's tip in its channel, on the days and at the time the team chose."""

from datetime import date, datetime
from functools import partial

from bot.context import Desk
from bot.domain import calendar, tips
from bot.domain.checkins.scheduling import LATE_BY_FAR, Why
from bot.domain.people import Team
from bot.elements import Audience, Message
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Delivery, Promise

KIND = "tip"


async def run(desk: Desk) -> int:
    """Promise today's tip to each team whose time has come; run twice, it promises nothing new."""
    now = desk.now()
    before, teams = await desk.store.read(
        lambda books: (books.duties.looked(KIND, now), books.teams.every())
    )
    open_to_us = [team for team in teams if not team.unreachable]
    owed = [one for team in open_to_us if (one := _owed(team, now, before))]
    return await desk.store.write(partial(_promise, owed=owed, now=now))


async def next_due(desk: Desk) -> datetime | None:
    """When the next team's tip falls due."""
    now = desk.now()
    teams = await desk.store.read(lambda books: books.teams.every())
    slots = [
        calendar.next_day_slot(team.tip_days, team.tip_at, calendar.zone(team.zone), now)
        for team in teams
    ]
    return min((slot.at for slot in slots if slot), default=None)


def compose(books: Books, delivery: Delivery, desk: Desk) -> Message | None:
    """Write the tip for the channel, in the team's language; nothing when the team is gone."""
    team = books.teams.at(delivery.workspace, delivery.channel)
    if team is None:
        return None
    words = desk.catalogue.words(team.language)
    tip = tips.of_day(words.tips, team.id, date.fromisoformat(delivery.slot))
    return tips.message(tip, words, audience=Audience.TEAM)


def _promise(books: Books, owed: list[Promise], now: datetime) -> int:
    books.deliveries.promise([one for one in owed if one.reason])
    books.duties.look(KIND, now)
    return books.deliveries.promise([one for one in owed if not one.reason])


def _owed(team: Team, now: datetime, before: datetime) -> Promise | None:
    """The last tip: due, or missed because nobody looked between *before* and *now*.

    On a public holiday there is none, and a tip of the day is not posted late in the evening.
    """
    zone = calendar.zone(team.zone)
    slot = calendar.latest_day_slot(team.tip_days, team.tip_at, zone, now)
    if slot is None:
        return None
    day = date.fromisoformat(slot.key)
    evening = calendar.instant(day, calendar.EVENING, zone)
    late = slot.at + calendar.LATE[KIND]
    late = min(late, evening) if slot.at < evening else late
    missed = Why.HOLIDAY if calendar.is_holiday(day, team.holidays) else ""
    if now > late:
        missed = missed or LATE_BY_FAR
    if missed and slot.at <= before:
        return None
    return Promise(
        team.workspace, KIND, "", team.channel, slot.key, slot.at, late, "", reason=missed
    )
