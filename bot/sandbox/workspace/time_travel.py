"""Jumping through practice time: what is next for somebody, and getting there with the bot."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import aiohttp

from bot.sandbox.workspace.personas import HOME_ZONE, Crew, Persona
from bot.sandbox.workspace.workspace import Post, Workspace

CHECKIN = "checkin.answer"
"""The button by which a check-in is known among a person's messages."""

_EPOCH = date(2026, 1, 5)
"""The Monday from which the bot counts its periods."""

_WEEK = 7
_SEARCHED = 8 * 24
"""Hours that are walked, one by one, for a check-in that somebody has moved to another day."""


class ClockError(Exception):
    """The bot's clock did not move: it is not in test mode, or asked to go backwards."""


class Jumps:
    """Moves the bot's clock and the workspace's together, stopping wherever something is due."""

    def __init__(
        self, workspace: Workspace, bot: str, session: Callable[[], aiohttp.ClientSession]
    ) -> None:
        """Move the clock of the bot at *bot*, such as ``http://127.0.0.1:3001``."""
        self._workspace = workspace
        self._bot = bot
        self._session = session
        self.stops_at_checkins = True

    def next_checkin(self, person: Persona) -> datetime | None:
        """When *person* is asked next if they joined; ``None`` for who is never asked."""
        crew = self._workspace.cast.crew(person.crew)
        if crew is None or person.role != "clinician":
            return None
        zone = ZoneInfo(person.zone)
        weekday, at = self._rhythm(person, zone) or crew.checkin
        days = _days(self._workspace.clock.now(), timedelta(days=_WEEK + 1), zone)
        slots = (_instant(day, at, zone) for day in days if day.isoweekday() == weekday)
        return next(slot for slot in slots if slot > self._workspace.clock.now())

    def next_close(self, person: Persona) -> datetime | None:
        """When the period ends of which *person* could see or feed the table."""
        crews = self._workspace.cast.crews
        own = [crew for crew in crews if person.crew in {"", crew.key}]
        closes = [_close_after(self._workspace.clock.now(), crew.weeks) for crew in own]
        return min(closes, default=None)

    async def to_checkin(self, person: Persona | None) -> None:
        """Jump to somebody's next check-in, or the next of anybody."""
        people = [person] if person else list(self._workspace.people.values())
        slots = [slot for one in people if (slot := self.next_checkin(one))]
        if not slots:
            raise ClockError("no_checkin")
        before = self._asked(person) if person else []
        await self.to(min(slots))
        if person and before:
            await self._search(person, len(before))

    async def to(self, target: datetime) -> None:
        """Live through the time until *target*, so that each thing happens at its moment."""
        for instant in [*self._due_before(target), target]:
            await self._step(instant)

    async def _search(self, person: Persona, asked: int) -> None:
        """Go on by the hour until somebody who moved their check-in is asked."""
        for _ in range(_SEARCHED):
            if len(self._asked(person)) > asked:
                return
            await self._step(self._workspace.clock.now() + timedelta(hours=1))

    async def _step(self, instant: datetime) -> None:
        clock = self._workspace.clock
        clock.move_to(max(instant, clock.now()))
        told = {"now": instant.astimezone(UTC).isoformat()}
        try:
            async with self._session().post(f"{self._bot}/_clock", json=told) as answer:
                said = await answer.json() if answer.content_type == "application/json" else {}
        except aiohttp.ClientError:
            raise ClockError("unreached") from None
        reached = datetime.fromisoformat(said["now"]) if "now" in said else None
        if reached is None or reached < instant:
            raise ClockError("refused")
        clock.move_to(reached)
        self._workspace.changed()

    def _due_before(self, target: datetime) -> list[datetime]:
        now = self._workspace.clock.now()
        found = {slot for slot in self._slots(target - now) if now < slot < target}
        return sorted(found)

    def _slots(self, ahead: timedelta) -> Iterator[datetime]:
        now, home = self._workspace.clock.now(), ZoneInfo(HOME_ZONE)
        for crew in self._workspace.cast.crews:
            days, told = crew.tip
            yield from (_instant(day, told, home) for day in _days(now, ahead, home)
                        if day.isoweekday() in days)  # fmt: skip
            weekday, asked = crew.checkin
            for zone in map(ZoneInfo, self._zones(crew) if self.stops_at_checkins else ()):
                yield from (_instant(day, asked, zone) for day in _days(now, ahead, zone)
                            if day.isoweekday() == weekday)  # fmt: skip
        yield from (_instant(day, time(0), home) for day in _days(now, ahead, home)
                    if day.isoweekday() == 1)  # fmt: skip

    def _zones(self, crew: Crew) -> set[str]:
        people = self._workspace.people.values()
        return {one.zone for one in people if one.crew == crew.key and one.role == "clinician"}

    def _asked(self, person: Persona) -> list[Post]:
        return [post for post in self._workspace.chat(person.id).posts if _is_checkin(post)]

    def _rhythm(self, person: Persona, zone: ZoneInfo) -> tuple[int, time] | None:
        """The day and time at which *person* was asked last: they may have chosen their own."""
        asked = self._asked(person)
        if not asked:
            return None
        at = datetime.fromtimestamp(float(asked[-1].ts), zone)
        return at.isoweekday(), time(at.hour, at.minute)


def _is_checkin(post: Post) -> bool:
    inside = (element for block in post.blocks for element in block.get("elements", ()))
    return any(element.get("action_id") == CHECKIN for element in inside)


def _days(now: datetime, ahead: timedelta, zone: ZoneInfo) -> list[date]:
    first = now.astimezone(zone).date()
    return [first + timedelta(days=day) for day in range(ahead.days + 2)]


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _close_after(now: datetime, weeks: int) -> datetime:
    zone = ZoneInfo(HOME_ZONE)
    length = weeks * _WEEK
    spans = (now.astimezone(zone).date() - _EPOCH).days // length + 1
    return _instant(_EPOCH + timedelta(days=spans * length), time(0), zone)


def closed_before(now: datetime, weeks: int) -> datetime:
    """When the last period of *weeks* that is over at *now* began."""
    return _close_after(now - timedelta(weeks=2 * weeks), weeks)
