"""The cast of the practice workspace: an invented practice whose people belong to nobody real."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time

WORKSPACE_ID, WORKSPACE_DOMAIN = "T0PRACTICE", "practice"
APP_ID, BOT_USER_ID, BOT_ID = "A0ATTUNE", "U0ATTUNE", "B0ATTUNE"
"""What Slack calls the workspace and the bot: its app, its account and its bot id."""

HOME_ZONE = "America/Toronto"
LOBBY_CHANNEL_ID = "C0LOBBY"
"""The channel of everybody, where the bot is no member."""


@dataclass(frozen=True)
class SampleTeam:
    """One team of the cast as the operator declares it.

    Days are ISO weekdays; ``weeks`` is the length of its periods, by its declared size.
    """

    key: str
    name: str
    channel: str
    period_weeks: int
    checkin_slot: tuple[int, time]
    tip_slots: tuple[tuple[int, ...], time]


@dataclass(frozen=True)
class Persona:
    """Somebody a visitor can be: ``role`` is clinician, supervisor, director or admin."""

    id: str
    name: str
    role: str
    team_key: str = ""
    zone: str = HOME_ZONE
    locale: str = "en-US"

    @property
    def handle(self) -> str:
        """The short name that Slack shows in mentions, such as ``ilse.okonjo``."""
        return self.name.lower().replace(" ", ".")


_NORTHSHORE_NAMES = """
Ilse Okonjo/Mateus Thorvald/Priya Lindqvist/Jun Castellane/Noor Abernathy/Tomasz Akintola
Yara Fitzmorris/Kenji Duvalier/Leocadia Brant/Idris Vantongeren/Maelle Kowhai/Soren Adeyinka
Wanjiru Halloran/Bao Stellenbeck/Farida Montcalm/Eamon Quispe/Anneli Rahmatov/Dov Kealoha
Sunniva Prakash/Hamza Bellerose/Oluchi Varga/Teodor Nakashima/Zainab Colquhoun/Rafaela Winterbourne
"""
_RIVERSIDE_NAMES = """
Xiulan Pemberwick/Gethin Oyelaran/Mireille Tanaga/Arash Lundgaard/Keiko Abiodun
Pascale Virtala/Desta Marchbanks/Ruvim Castanho/Linnea Gbadamosi
"""
_OTHER_ZONES = {
    "U0CLIN06": "America/Halifax",
    "U0CLIN13": "America/Winnipeg",
    "U0CLIN21": "America/Vancouver",
    "U0CLIN28": "America/Halifax",
}
_OTHER_LOCALES = {"U0CLIN15": "fr-CA", "U0CLIN25": "zh-CN"}
"""Who reads another language than the rest of the practice, whatever that is."""

_SLACK_LOCALES: Mapping[str, str] = {"en": "en-US", "fr": "fr-CA", "zh": "zh-CN"}
"""What Slack calls the languages that the bot speaks."""


@dataclass(frozen=True)
class SamplePractice:
    """Who plays: the people, their teams, the practice's name and the language of its teams."""

    name: str
    teams: tuple[SampleTeam, ...]
    personas: tuple[Persona, ...]
    language: str = "en"

    def get_persona(self, person_id: str) -> Persona:
        """Return the persona with this id; KeyError for a stranger."""
        return {person.id: person for person in self.personas}[person_id]

    def find_persona(self, query: str) -> Persona | None:
        """Find a persona by id, name or handle, or by the one name that begins so."""
        wanted = query.strip().lower()
        for person in self.personas:
            if wanted in {person.id.lower(), person.name.lower(), person.handle}:
                return person
        begun = [one for one in self.personas if wanted and one.name.lower().startswith(wanted)]
        return begun[0] if len(begun) == 1 else None

    def find_team(self, key: str) -> SampleTeam | None:
        """Return the team with this key; ``None`` for whoever belongs to no team."""
        return next((crew for crew in self.teams if crew.key == key), None)

    def people_in_role(self, team: SampleTeam, role: str) -> tuple[Persona, ...]:
        """Return the people of a team in one role."""
        return tuple(p for p in self.personas if p.team_key == team.key and p.role == role)

    def list_directors(self) -> tuple[Persona, ...]:
        """Return whoever directs the practice."""
        return tuple(p for p in self.personas if p.role == "director")


def _build_clinicians(names: str, team_key: str, first_number: int) -> tuple[Persona, ...]:
    listed = [name for line in names.split("\n") for name in line.split("/") if name]
    return tuple(
        Persona(
            one := f"U0CLIN{number:02}",
            name,
            "clinician",
            team_key,
            _OTHER_ZONES.get(one, HOME_ZONE),
            _OTHER_LOCALES.get(one, "en-US"),
        )
        for number, name in enumerate(listed, start=first_number)
    )


SAMPLE_PRACTICE = SamplePractice(
    "Maplewater",
    (
        SampleTeam("north", "Northshore", "C0NORTH", 4, (1, time(9)), ((2, 4), time(9))),
        SampleTeam("river", "Riverside", "C0RIVER", 13, (3, time(12, 30)), ((1, 3), time(8, 45))),
    ),
    (
        *_build_clinicians(_NORTHSHORE_NAMES, "north", 1),
        *_build_clinicians(_RIVERSIDE_NAMES, "river", 25),
        Persona("U0SUPER1", "Henrike Vossmoor", "supervisor", "north"),
        Persona("U0SUPER2", "Cormac Delaroche", "supervisor", "river"),
        Persona("U0DIREC1", "Salome Eriksrud", "director"),
        Persona("U0ADMIN1", "Quentin Obiagu", "admin"),
    ),
)


def localize_practice(language: str) -> SamplePractice:
    """Return the cast as whoever reads *language* meets it: teams and people speak it, too."""
    spoken = _SLACK_LOCALES.get(language.partition("-")[0], "en-US")
    people = (
        one if one.id in _OTHER_LOCALES else replace(one, locale=spoken)
        for one in SAMPLE_PRACTICE.personas
    )
    return replace(SAMPLE_PRACTICE, personas=tuple(people), language=language)


def render_team_file(sample_practice: SamplePractice, workspace_id: str = WORKSPACE_ID) -> str:
    """Write the file that ``python -m bot team apply`` reads for this cast."""
    return "\n".join(
        _render_team(sample_practice, crew, workspace_id) for crew in sample_practice.teams
    )


def _render_team(sample_practice: SamplePractice, team: SampleTeam, workspace_id: str) -> str:
    (day, asked), (days, told) = team.checkin_slot, team.tip_slots
    return f"""[[team]]
workspace = "{workspace_id}"
channel = "{team.channel}"
name = "{team.name}"
practice = "{sample_practice.name}"
directors = {_render_ids(sample_practice.list_directors())}
supervisors = {_render_ids(sample_practice.people_in_role(team, "supervisor"))}
clinicians = {_render_ids(sample_practice.people_in_role(team, "clinician"))}
language = "{sample_practice.language}"
timezone = "{HOME_ZONE}"
checkin = {{ day = {day}, time = "{asked:%H:%M}" }}
tip = {{ days = {list(days)}, time = "{told:%H:%M}" }}
"""


def _render_ids(people: tuple[Persona, ...]) -> str:
    return "[" + ", ".join(f'"{person.id}"' for person in people) + "]"
