"""Jumping through practice time: what is next for somebody, and getting there with the bot."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import aiohttp

from bot.sandbox.workspace.personas import HOME_ZONE, Persona, SampleTeam
from bot.sandbox.workspace.workspace import Message, Workspace

CHECKIN_ACTION_ID = "checkin.answer"
"""The button by which a check-in is known among a person's messages."""

_PERIOD_EPOCH = date(2026, 1, 5)
"""The Monday from which the bot counts its periods."""

_DAYS_PER_WEEK = 7
_MAX_SEARCH_HOURS = 8 * 24
"""Hours that are walked, one by one, for a check-in that somebody has moved to another day."""


class ClockError(Exception):
    """The bot's clock did not move: it is not in test mode, or asked to go backwards."""


class TimeTravel:
    """Moves the bot's clock and the workspace's together, stopping wherever something is due."""

    def __init__(
        self, workspace: Workspace, bot_url: str, get_session: Callable[[], aiohttp.ClientSession]
    ) -> None:
        """Move the clock of the bot at *bot*, such as ``http://127.0.0.1:3001``."""
        self._workspace = workspace
        self._bot_url = bot_url
        self._get_session = get_session
        self.stops_at_checkins = True

    def next_checkin(self, person: Persona) -> datetime | None:
        """When *person* is asked next if they joined; ``None`` for who is never asked."""
        crew = self._workspace.sample_practice.find_team(person.team_key)
        if crew is None or person.role != "clinician":
            return None
        zone = ZoneInfo(person.zone)
        weekday, at = self._last_checkin_slot(person, zone) or crew.checkin_slot
        days = _local_days(self._workspace.clock.now(), timedelta(days=_DAYS_PER_WEEK + 1), zone)
        slots = (_local_instant(day, at, zone) for day in days if day.isoweekday() == weekday)
        return next(slot for slot in slots if slot > self._workspace.clock.now())

    def next_period_end(self, person: Persona) -> datetime | None:
        """When the period ends of which *person* could see or feed the table."""
        crews = self._workspace.sample_practice.teams
        own = [crew for crew in crews if person.team_key in {"", crew.key}]
        closes = [_period_end_after(self._workspace.clock.now(), crew.period_weeks) for crew in own]
        return min(closes, default=None)

    async def jump_to_checkin(self, person: Persona | None) -> None:
        """Jump to somebody's next check-in, or the next of anybody."""
        people = [person] if person else list(self._workspace.people.values())
        slots = [slot for one in people if (slot := self.next_checkin(one))]
        if not slots:
            raise ClockError("no_checkin")
        before = self._checkin_messages(person) if person else []
        await self.jump_to(min(slots))
        if person and before:
            await self._step_until_checkin(person, len(before))

    async def jump_to(self, target: datetime) -> None:
        """Live through the time until *target*, so that each thing happens at its moment."""
        for instant in [*self._due_instants(target), target]:
            await self._move_clock(instant)

    async def _step_until_checkin(self, person: Persona, checkin_count: int) -> None:
        """Go on by the hour until somebody who moved their check-in is asked."""
        for _ in range(_MAX_SEARCH_HOURS):
            if len(self._checkin_messages(person)) > checkin_count:
                return
            await self._move_clock(self._workspace.clock.now() + timedelta(hours=1))

    async def _move_clock(self, instant: datetime) -> None:
        clock = self._workspace.clock
        clock.move_to(max(instant, clock.now()))
        told = {"now": instant.astimezone(UTC).isoformat()}
        try:
            async with self._get_session().post(f"{self._bot_url}/_clock", json=told) as answer:
                said = await answer.json() if answer.content_type == "application/json" else {}
        except aiohttp.ClientError:
            raise ClockError("unreached") from None
        reached = datetime.fromisoformat(said["now"]) if "now" in said else None
        if reached is None or reached < instant:
            raise ClockError("refused")
        clock.move_to(reached)
        self._workspace.mark_changed()

    def _due_instants(self, target: datetime) -> list[datetime]:
        now = self._workspace.clock.now()
        found = {slot for slot in self._scheduled_instants(target - now) if now < slot < target}
        return sorted(found)

    def _scheduled_instants(self, horizon: timedelta) -> Iterator[datetime]:
        now, home = self._workspace.clock.now(), ZoneInfo(HOME_ZONE)
        for crew in self._workspace.sample_practice.teams:
            days, told = crew.tip_slots
            yield from (_local_instant(day, told, home) for day in _local_days(now, horizon, home)
                        if day.isoweekday() in days)  # fmt: skip
            weekday, asked = crew.checkin_slot
            for zone in map(ZoneInfo, self._checkin_zones(crew) if self.stops_at_checkins else ()):
                yield from (_local_instant(day, asked, zone) for day in _local_days(now, horizon, zone)
                            if day.isoweekday() == weekday)  # fmt: skip
        yield from (_local_instant(day, time(0), home) for day in _local_days(now, horizon, home)
                    if day.isoweekday() == 1)  # fmt: skip

    def _checkin_zones(self, team: SampleTeam) -> set[str]:
        people = self._workspace.people.values()
        return {one.zone for one in people if one.team_key == team.key and one.role == "clinician"}

    def _checkin_messages(self, person: Persona) -> list[Message]:
        return [post for post in self._workspace.get_bot_chat(person.id).posts if _is_checkin(post)]

    def _last_checkin_slot(self, person: Persona, zone: ZoneInfo) -> tuple[int, time] | None:
        """The day and time at which *person* was asked last: they may have chosen their own."""
        asked = self._checkin_messages(person)
        if not asked:
            return None
        at = datetime.fromtimestamp(float(asked[-1].ts), zone)
        return at.isoweekday(), time(at.hour, at.minute)


def _is_checkin(message: Message) -> bool:
    inside = (element for block in message.blocks for element in block.get("elements", ()))
    return any(element.get("action_id") == CHECKIN_ACTION_ID for element in inside)


def _local_days(now: datetime, horizon: timedelta, zone: ZoneInfo) -> list[date]:
    first = now.astimezone(zone).date()
    return [first + timedelta(days=day) for day in range(horizon.days + 2)]


def _local_instant(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock_time, tzinfo=zone).astimezone(UTC)


def _period_end_after(now: datetime, weeks: int) -> datetime:
    zone = ZoneInfo(HOME_ZONE)
    length = weeks * _DAYS_PER_WEEK
    spans = (now.astimezone(zone).date() - _PERIOD_EPOCH).days // length + 1
    return _local_instant(_PERIOD_EPOCH + timedelta(days=spans * length), time(0), zone)


def last_period_start(now: datetime, weeks: int) -> datetime:
    """When the last period of *weeks* that is over at *now* began."""
    return _period_end_after(now - timedelta(weeks=2 * weeks), weeks)
