"""Time travel: move the bot's clock by HTTP requests, with a stop at each due instant."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import aiohttp

from bot.sandbox.workspace.personas import HOME_ZONE, Persona
from bot.sandbox.workspace.workspace import Message, Workspace

CHECKIN_ACTION_ID = "checkin.answer"
"""The action id of the button that identifies a check-in among a person's messages."""

_PERIOD_EPOCH = date(2026, 1, 5)
"""The Monday on which the bot's first period starts; period ends are multiples from it."""

_DAYS_PER_WEEK = 7
_MAX_SEARCH = timedelta(days=8)
"""Longest search for a check-in that is at another time than the last one."""


class ClockError(Exception):
    """The bot's clock did not move: the bot is not in test mode, or the target is in the past."""


class TimeTravel:
    """Moves the clocks of the bot and the workspace together, with a stop at each due instant."""

    def __init__(
        self, workspace: Workspace, bot_url: str, get_session: Callable[[], aiohttp.ClientSession]
    ) -> None:
        """Use the bot at the base URL *bot_url*, such as ``http://127.0.0.1:3001``."""
        self._workspace = workspace
        self._bot_url = bot_url
        self._get_session = get_session

    def next_checkin(self, person: Persona) -> datetime | None:
        """Return when a clinician's next check-in is due, whether or not they have joined.

        Returns ``None`` for any other role.
        """
        team = self._workspace.sample_practice.find_team(person.team_key)
        if team is None or person.role != "clinician":
            return None
        zone = ZoneInfo(person.zone)
        weekday, checkin_time = self._last_checkin_slot(person, zone) or team.checkin_slot
        days = _local_days(self._workspace.clock.now(), timedelta(days=_DAYS_PER_WEEK + 1), zone)
        slots = _weekly_instants(days, (weekday,), checkin_time, zone)
        return next(slot for slot in slots if slot > self._workspace.clock.now())

    def has_received_checkin(self, person: Persona) -> bool:
        """Return whether a person has received a check-in."""
        return bool(self._checkin_messages(person))

    def next_period_end(self, person: Persona) -> datetime | None:
        """Return the end of the current period of the person's team.

        For a person without a team, such as a director, the earliest end of any team: these
        are the periods whose table the person contributes to or may read.
        """
        teams = self._workspace.sample_practice.teams
        visible_teams = [team for team in teams if person.team_key in {"", team.key}]
        period_ends = [
            _period_end_after(self._workspace.clock.now(), team.period_weeks)
            for team in visible_teams
        ]
        return min(period_ends, default=None)

    async def jump_to_checkin(self, person: Persona | None) -> None:
        """Jump to the person's next check-in, by default to the next one of any person.

        A clinician who is in no sample team has one once a visitor has set up a team with them:
        the jump ends at their next check-in, or after eight days. Raises ClockError when there is
        no check-in to jump to.
        """
        people = [person] if person else list(self._workspace.people.values())
        slots = [slot for candidate in people if (slot := self.next_checkin(candidate))]
        if not slots and (person is None or person.role != "clinician"):
            raise ClockError("no_checkin")
        earlier_checkins = self._checkin_messages(person) if person else []
        if slots:
            await self.jump_to(min(slots))
        if person and (earlier_checkins or not slots):
            await self._step_until_checkin(person, len(earlier_checkins))

    async def jump_to(self, target: datetime) -> None:
        """Move the clocks to *target*, with a stop at each due instant: no bot job runs late."""
        async for _instant in self._step_through_due_instants(target):
            pass

    async def _step_until_checkin(self, person: Persona, checkin_count: int) -> None:
        """Move the clocks to each due instant until a check-in message has arrived."""
        target = self._workspace.clock.now() + _MAX_SEARCH
        if len(self._checkin_messages(person)) > checkin_count:
            return
        async for _instant in self._step_through_due_instants(target):
            if len(self._checkin_messages(person)) > checkin_count:
                return

    async def _step_through_due_instants(self, target: datetime) -> AsyncIterator[datetime]:
        """Move the clocks to each due instant before *target*, then to *target*; yield each."""
        next_due = await self._move_clock(self._workspace.clock.now(), continues=False)
        while next_due and next_due < target:
            instant = next_due
            next_due = await self._move_clock(instant, continues=True)
            yield instant
        await self._move_clock(target, continues=True)
        yield target

    async def _move_clock(self, instant: datetime, *, continues: bool) -> datetime | None:
        """Move both clocks to *instant* by a request to the bot's test endpoint.

        The response contains the bot's time, which becomes the time of the workspace, and the
        instant at which a duty is due next, which is returned. *continues* is whether the
        request follows directly on another one. Raises ClockError for a failed connection or
        a time before *instant*.
        """
        clock = self._workspace.clock
        clock.move_to(max(instant, clock.now()))
        payload = {"now": instant.astimezone(UTC).isoformat(), "continues": continues}
        try:
            async with self._get_session().post(
                f"{self._bot_url}/_clock", json=payload
            ) as response:
                response_body = (
                    await response.json() if response.content_type == "application/json" else {}
                )
        except aiohttp.ClientError:
            raise ClockError("unreached") from None
        bot_time = _parse_instant(response_body.get("now"))
        if bot_time is None or bot_time < instant:
            raise ClockError("refused")
        clock.move_to(bot_time)
        self._workspace.mark_changed()
        return _parse_instant(response_body.get("next_due"))

    def _checkin_messages(self, person: Persona) -> list[Message]:
        return [
            message
            for message in self._workspace.get_bot_chat(person.id).posts
            if _is_checkin(message)
        ]

    def _last_checkin_slot(self, person: Persona, zone: ZoneInfo) -> tuple[int, time] | None:
        """Return weekday and time of the last check-in message: a person can change their slot."""
        checkin_messages = self._checkin_messages(person)
        if not checkin_messages:
            return None
        sent_at = datetime.fromtimestamp(float(checkin_messages[-1].ts), zone)
        return sent_at.isoweekday(), time(sent_at.hour, sent_at.minute)


def _parse_instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _is_checkin(message: Message) -> bool:
    elements = (element for block in message.blocks for element in block.get("elements", ()))
    return any(element.get("action_id") == CHECKIN_ACTION_ID for element in elements)


def _local_days(now: datetime, horizon: timedelta, zone: ZoneInfo) -> list[date]:
    first = now.astimezone(zone).date()
    return [first + timedelta(days=day) for day in range(horizon.days + 2)]


def _weekly_instants(
    days: list[date], weekdays: tuple[int, ...], clock_time: time, zone: ZoneInfo
) -> Iterator[datetime]:
    return (_local_instant(day, clock_time, zone) for day in days if day.isoweekday() in weekdays)


def _local_instant(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock_time, tzinfo=zone).astimezone(UTC)


def _period_end_after(now: datetime, weeks: int) -> datetime:
    zone = ZoneInfo(HOME_ZONE)
    period_days = weeks * _DAYS_PER_WEEK
    period_count = (now.astimezone(zone).date() - _PERIOD_EPOCH).days // period_days + 1
    return _local_instant(_PERIOD_EPOCH + timedelta(days=period_count * period_days), time(0), zone)


def last_completed_period_start(now: datetime, weeks: int) -> datetime:
    """Return the start of the last period of *weeks* that ended before *now*."""
    return _period_end_after(now - timedelta(weeks=2 * weeks), weeks)
