"""Invented clinics: each a workspace of its own, in one of two zones, with teams of clinicians."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from tests.bench.teams import build_team

CHECKIN_TIMES = {"America/Toronto": time(10), "Europe/London": time(15)}
"""The local time of the check-ins of each zone: both are the same minute in winter."""

SEEDED_AT = datetime(2026, 12, 15, 15, tzinfo=UTC)
"""A day in whose periods both ledgers close on the same Monday."""

STARTS_AT = datetime(2026, 12, 21, 14, 30, tzinfo=UTC)
"""Half an hour before the first check-ins: the processes start, and clinics install."""

CHECKINS_AT = (
    datetime(2026, 12, 21, 15, 0, 5, tzinfo=UTC),
    datetime(2026, 12, 28, 15, 0, 5, tzinfo=UTC),
)
"""Mondays on which the check-ins of all clinics are due since a moment."""

CLOSES_AT = datetime(2027, 1, 4, 5, 0, 30, tzinfo=UTC)
"""Half a minute after the Monday begins in Toronto, on which the periods of both zones end."""


@dataclass(frozen=True)
class Population:
    """A number of clinics, each with as many teams, and as many clinicians in each team."""

    clinic_count: int
    teams_per_clinic: int = 10
    people_per_team: int = 20

    @property
    def people_per_clinic(self) -> int:
        """The clinicians of one clinic, each of whom gets one check-in a week."""
        return self.teams_per_clinic * self.people_per_team

    @property
    def team_count(self) -> int:
        """The teams of all clinics."""
        return self.clinic_count * self.teams_per_clinic

    @property
    def people_count(self) -> int:
        """The clinicians of all clinics."""
        return self.clinic_count * self.people_per_clinic

    @property
    def places(self) -> list[str]:
        """The ids of the workspaces, as Slack has them."""
        return [name_place(number) for number in range(self.clinic_count)]

    def list_teams(self, clinic_number: int) -> dict[Team, list[Person]]:
        """Return the teams of a clinic, each with its people."""
        return {
            self._build_team(clinic_number, number): [
                Person(name_workspace(clinic_number), person_id(clinic_number, place))
                for place in range(
                    number * self.people_per_team, (number + 1) * self.people_per_team
                )
            ]
            for number in range(self.teams_per_clinic)
        }

    def iterate_persons(self, count: int) -> Iterator[Person]:
        """Yield *count* people, spread evenly over the clinics and over the teams of each."""
        for number in range(count):
            clinic_number = number * 7919 % self.clinic_count
            place = number * 104_729 % self.people_per_clinic
            yield Person(name_workspace(clinic_number), person_id(clinic_number, place))

    def _build_team(self, clinic_number: int, number: int) -> Team:
        zone = [*CHECKIN_TIMES][clinic_number % len(CHECKIN_TIMES)]
        team = build_team(
            name_workspace(clinic_number),
            f"team{clinic_number:05}x{number:03}",
            f"C{clinic_number:05}X{number:03}",
            zone,
        )
        return replace(team, checkin_rule=WeeklyRule(1, CHECKIN_TIMES[zone]), tip_days=())


def name_place(clinic_number: int) -> str:
    """Return the workspace's id in Slack."""
    return f"T{clinic_number:05}"


def name_workspace(clinic_number: int) -> str:
    """Return the workspace's id in the bot."""
    return f"slack:{name_place(clinic_number)}"


def person_id(clinic_number: int, place: int) -> str:
    """Return the made-up member id of the clinician of that place in a clinic."""
    return f"U{clinic_number:05}X{place:04}"


def find_place(conversation_id: str) -> str:
    """Return the workspace in which a made-up person, private chat or channel is."""
    return f"T{conversation_id[1:6]}"
