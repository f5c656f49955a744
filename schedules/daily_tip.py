"""Posts a team's tip in its channel, on the days and at the time the team chose."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.desk import Desk
from bot.elements import Audience, Message
from bot.practice import calendar, tips
from bot.practice.people import Team
from bot.store.books import Books
from bot.store.deliveries import Delivery, Promise

KIND = "tip"


async def run(desk: Desk) -> int:
    """Promise today's tip to each team whose time has come; run twice, it promises nothing new."""
    now = desk.now()

    def promise(books: Books) -> int:
        owed = [_owed(team, now) for team in books.teams.every() if not team.unreachable]
        return books.deliveries.promise([one for one in owed if one])

    return await desk.store.write(promise)


async def next_due(desk: Desk) -> datetime | None:
    """When the next team's tip falls due."""
    now = desk.now()
    teams = await desk.store.read(lambda books: books.teams.every())
    slots = [
        calendar.next_day_slot(team.tip_days, team.tip_at, ZoneInfo(team.zone), now)
        for team in teams
    ]
    return min((slot.at for slot in slots if slot), default=None)


async def compose(delivery: Delivery, desk: Desk) -> Message | None:
    """Write the tip for the channel, in the team's language; nothing when the team is gone."""
    team = await desk.store.read(lambda books: books.teams.at(delivery.workspace, delivery.channel))
    if team is None:
        return None
    words = desk.catalogue.words(team.language)
    day = datetime.strptime(delivery.slot, "%Y-%m-%d").date()  # noqa: DTZ007 - a local day
    tip = tips.of_day(words.tips, team.id, day)
    return tips.message(tip, words, audience=Audience.TEAM)


def _owed(team: Team, now: datetime) -> Promise | None:
    slot = calendar.latest_day_slot(team.tip_days, team.tip_at, ZoneInfo(team.zone), now)
    late = slot.at + calendar.LATE[KIND] if slot else now
    if slot is None or now > late:
        return None
    return Promise(team.workspace, KIND, "", team.channel, slot.key, slot.at, late, "")
