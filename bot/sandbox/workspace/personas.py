"""Sample data of the sandbox: an invented practice with its teams and personas."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time

WORKSPACE_ID, WORKSPACE_DOMAIN = "T0PRACTICE", "practice"
APP_ID, BOT_USER_ID, BOT_ID = "A0ATTUNE", "U0ATTUNE", "B0ATTUNE"
"""Slack's ids of the workspace and of the bot: app id, user id and bot id."""

HOME_ZONE = "America/Toronto"
LOBBY_CHANNEL_ID = "C0LOBBY"
"""The channel with every person as a member, but without the bot."""

NEW_TEAM_CHANNEL_ID, NEW_TEAM_CHANNEL_NAME = "C0HARBOR", "harbourside"
"""The channel of the people who are on no team's list, without the bot: a team to set up."""


@dataclass(frozen=True)
class SampleTeam:
    """One team of the sample practice, with the fields of the operator's team file.

    Days are ISO weekdays, 1 to 7. ``period_weeks`` is the length of the team's periods in
    weeks, which follows from its declared size.
    """

    key: str
    name: str
    channel: str
    period_weeks: int
    checkin_slot: tuple[int, time]
    tip_slots: tuple[tuple[int, ...], time]


@dataclass(frozen=True)
class Persona:
    """A person of the sandbox; ``role`` is clinician, supervisor, director or admin.

    ``team_key`` is the key of the person's :class:`SampleTeam`; the default, an empty string,
    is that of directors, of admins and of people who are on no team's list.
    """

    id: str
    name: str
    role: str
    team_key: str = ""
    zone: str = HOME_ZONE
    locale: str = "en-US"

    @property
    def handle(self) -> str:
        """The user name that Slack shows in mentions, such as ``ilse.okonjo``."""
        return self.name.lower().replace(" ", ".")

    @property
    def is_unlisted(self) -> bool:
        """Whether the person could be, and is not, on the list of a team."""
        return not self.team_key and self.role in {"clinician", "supervisor"}


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
_UNLISTED_NAMES = """
Halima Ostrowe/Kaito Brisebois/Ottoline Varma/Sefu Lindgaard
Rosalind Etxeberria/Tariq Holmgren/Minh Castellar/Petra Anaquod
"""
_OTHER_ZONES = {
    "U0CLIN06": "America/Halifax",
    "U0CLIN13": "America/Winnipeg",
    "U0CLIN21": "America/Vancouver",
    "U0CLIN28": "America/Halifax",
}
_OTHER_LOCALES = {"U0CLIN15": "fr-CA", "U0CLIN25": "zh-CN"}
"""Locales of the personas whose language differs from the practice's language."""

_SLACK_LOCALES: Mapping[str, str] = {"en": "en-US", "fr": "fr-CA", "zh": "zh-CN"}
"""Slack's locale by language of the bot's catalogue; the default is ``en-US``."""


@dataclass(frozen=True)
class SamplePractice:
    """The practice's personas and teams, its name and the language of its teams."""

    name: str
    teams: tuple[SampleTeam, ...]
    personas: tuple[Persona, ...]
    language: str = "en"

    def get_persona(self, person_id: str) -> Persona:
        """Return the persona with this id; raises KeyError for an unknown id."""
        return {person.id: person for person in self.personas}[person_id]

    def find_persona(self, query: str) -> Persona | None:
        """Find a persona by id, name or handle, or by a unique prefix of the name."""
        normalized_query = query.strip().lower()
        for person in self.personas:
            if normalized_query in {person.id.lower(), person.name.lower(), person.handle}:
                return person
        name_matches = [
            person
            for person in self.personas
            if normalized_query and person.name.lower().startswith(normalized_query)
        ]
        return name_matches[0] if len(name_matches) == 1 else None

    def find_team(self, key: str) -> SampleTeam | None:
        """Return the team with this key; ``None`` for a key of no team, such as an empty string."""
        return next((team for team in self.teams if team.key == key), None)

    def people_in_role(self, team: SampleTeam, role: str) -> tuple[Persona, ...]:
        """Return the personas of a team in one role."""
        return tuple(
            person
            for person in self.personas
            if person.team_key == team.key and person.role == role
        )

    def list_directors(self) -> tuple[Persona, ...]:
        """Return the personas with the role of director."""
        return tuple(person for person in self.personas if person.role == "director")


def _build_clinicians(names: str, team_key: str, first_number: int) -> tuple[Persona, ...]:
    name_list = [name for line in names.split("\n") for name in line.split("/") if name]
    return tuple(
        Persona(
            person_id := f"U0CLIN{number:02}",
            name,
            "clinician",
            team_key,
            _OTHER_ZONES.get(person_id, HOME_ZONE),
            _OTHER_LOCALES.get(person_id, "en-US"),
        )
        for number, name in enumerate(name_list, start=first_number)
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
        *_build_clinicians(_UNLISTED_NAMES, "", 34),
        Persona("U0SUPER3", "Amaru Lindholm", "supervisor"),
        Persona("U0SUPER1", "Henrike Vossmoor", "supervisor", "north"),
        Persona("U0SUPER2", "Cormac Delaroche", "supervisor", "river"),
        Persona("U0DIREC1", "Salome Eriksrud", "director"),
        Persona("U0ADMIN1", "Quentin Obiagu", "admin"),
    ),
)


def localize_practice(language: str) -> SamplePractice:
    """Return the sample practice with *language* for its teams and most of its personas."""
    locale = _SLACK_LOCALES.get(language.partition("-")[0], "en-US")
    localized_personas = (
        person if person.id in _OTHER_LOCALES else replace(person, locale=locale)
        for person in SAMPLE_PRACTICE.personas
    )
    return replace(SAMPLE_PRACTICE, personas=tuple(localized_personas), language=language)


def render_team_file(sample_practice: SamplePractice, workspace_id: str = WORKSPACE_ID) -> str:
    """Render the TOML file that ``python -m bot team apply`` parses for this practice."""
    return "\n".join(
        _render_team(sample_practice, team, workspace_id) for team in sample_practice.teams
    )


def _render_team(sample_practice: SamplePractice, team: SampleTeam, workspace_id: str) -> str:
    (checkin_day, checkin_time), (tip_days, tip_time) = team.checkin_slot, team.tip_slots
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
checkin = {{ day = {checkin_day}, time = "{checkin_time:%H:%M}" }}
tip = {{ days = {list(tip_days)}, time = "{tip_time:%H:%M}" }}
"""


def _render_ids(people: tuple[Persona, ...]) -> str:
    return "[" + ", ".join(f'"{person.id}"' for person in people) + "]"
