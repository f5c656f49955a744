"""The cast of the practice workspace: an invented practice whose people belong to nobody real."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time

TEAM, DOMAIN = "T0PRACTICE", "practice"
APP, BOT, BOT_ID = "A0ATTUNE", "U0ATTUNE", "B0ATTUNE"
"""What Slack calls the workspace and the bot: its app, its account and its bot id."""

HOME_ZONE = "America/Toronto"
LOBBY = "C0LOBBY"
"""The channel of everybody, where the bot is no member."""


@dataclass(frozen=True)
class Crew:
    """One team of the cast as the operator declares it.

    Days are ISO weekdays; ``weeks`` is the length of its periods, by its declared size.
    """

    key: str
    name: str
    channel: str
    weeks: int
    checkin: tuple[int, time]
    tip: tuple[tuple[int, ...], time]


@dataclass(frozen=True)
class Persona:
    """Somebody a visitor can be: ``role`` is clinician, supervisor, director or admin."""

    id: str
    name: str
    role: str
    crew: str = ""
    zone: str = HOME_ZONE
    locale: str = "en-US"

    @property
    def handle(self) -> str:
        """The short name that Slack shows in mentions, such as ``ilse.okonjo``."""
        return self.name.lower().replace(" ", ".")


_NORTHSHORE = """
Ilse Okonjo/Mateus Thorvald/Priya Lindqvist/Jun Castellane/Noor Abernathy/Tomasz Akintola
Yara Fitzmorris/Kenji Duvalier/Leocadia Brant/Idris Vantongeren/Maelle Kowhai/Soren Adeyinka
Wanjiru Halloran/Bao Stellenbeck/Farida Montcalm/Eamon Quispe/Anneli Rahmatov/Dov Kealoha
Sunniva Prakash/Hamza Bellerose/Oluchi Varga/Teodor Nakashima/Zainab Colquhoun/Rafaela Winterbourne
"""
_RIVERSIDE = """
Xiulan Pemberwick/Gethin Oyelaran/Mireille Tanaga/Arash Lundgaard/Keiko Abiodun
Pascale Virtala/Desta Marchbanks/Ruvim Castanho/Linnea Gbadamosi
"""
_ELSEWHERE = {
    "U0CLIN06": "America/Halifax",
    "U0CLIN13": "America/Winnipeg",
    "U0CLIN21": "America/Vancouver",
    "U0CLIN28": "America/Halifax",
}
_LOCALES = {"U0CLIN15": "fr-CA", "U0CLIN25": "zh-CN"}
"""Who reads another language than the rest of the practice, whatever that is."""

_SPOKEN: Mapping[str, str] = {"en": "en-US", "fr": "fr-CA", "zh": "zh-CN"}
"""What Slack calls the languages that the bot speaks."""


@dataclass(frozen=True)
class Cast:
    """Who plays: the people, their teams, the practice's name and the language of its teams."""

    practice: str
    crews: tuple[Crew, ...]
    personas: tuple[Persona, ...]
    language: str = "en"

    def persona(self, one: str) -> Persona:
        """Return the persona with this id; KeyError for a stranger."""
        return {person.id: person for person in self.personas}[one]

    def named(self, said: str) -> Persona | None:
        """Find a persona by id, name or handle, or by the one name that begins so."""
        wanted = said.strip().lower()
        for person in self.personas:
            if wanted in {person.id.lower(), person.name.lower(), person.handle}:
                return person
        begun = [one for one in self.personas if wanted and one.name.lower().startswith(wanted)]
        return begun[0] if len(begun) == 1 else None

    def crew(self, key: str) -> Crew | None:
        """Return the team with this key; ``None`` for whoever belongs to no team."""
        return next((crew for crew in self.crews if crew.key == key), None)

    def of(self, crew: Crew, role: str) -> tuple[Persona, ...]:
        """Return the people of a team in one role."""
        return tuple(p for p in self.personas if p.crew == crew.key and p.role == role)

    def directors(self) -> tuple[Persona, ...]:
        """Return whoever directs the practice."""
        return tuple(p for p in self.personas if p.role == "director")


def _clinicians(names: str, crew: str, first: int) -> tuple[Persona, ...]:
    listed = [name for line in names.split("\n") for name in line.split("/") if name]
    return tuple(
        Persona(
            one := f"U0CLIN{number:02}",
            name,
            "clinician",
            crew,
            _ELSEWHERE.get(one, HOME_ZONE),
            _LOCALES.get(one, "en-US"),
        )
        for number, name in enumerate(listed, start=first)
    )


CAST = Cast(
    "Maplewater",
    (
        Crew("north", "Northshore", "C0NORTH", 4, (1, time(9)), ((2, 4), time(9))),
        Crew("river", "Riverside", "C0RIVER", 13, (3, time(12, 30)), ((1, 3), time(8, 45))),
    ),
    (
        *_clinicians(_NORTHSHORE, "north", 1),
        *_clinicians(_RIVERSIDE, "river", 25),
        Persona("U0SUPER1", "Henrike Vossmoor", "supervisor", "north"),
        Persona("U0SUPER2", "Cormac Delaroche", "supervisor", "river"),
        Persona("U0DIREC1", "Salome Eriksrud", "director"),
        Persona("U0ADMIN1", "Quentin Obiagu", "admin"),
    ),
)


def speaking(language: str) -> Cast:
    """Return the cast as whoever reads *language* meets it: teams and people speak it, too."""
    spoken = _SPOKEN.get(language.partition("-")[0], "en-US")
    people = (one if one.id in _LOCALES else replace(one, locale=spoken) for one in CAST.personas)
    return replace(CAST, personas=tuple(people), language=language)


def declared(cast: Cast, workspace: str = TEAM) -> str:
    """Write the file that ``python -m bot team apply`` reads for this cast."""
    return "\n".join(_declared(cast, crew, workspace) for crew in cast.crews)


def _declared(cast: Cast, crew: Crew, workspace: str) -> str:
    (day, asked), (days, told) = crew.checkin, crew.tip
    return f"""[[team]]
workspace = "{workspace}"
channel = "{crew.channel}"
name = "{crew.name}"
practice = "{cast.practice}"
directors = {_ids(cast.directors())}
supervisors = {_ids(cast.of(crew, "supervisor"))}
clinicians = {_ids(cast.of(crew, "clinician"))}
language = "{cast.language}"
timezone = "{HOME_ZONE}"
checkin = {{ day = {day}, time = "{asked:%H:%M}" }}
tip = {{ days = {list(days)}, time = "{told:%H:%M}" }}
"""


def _ids(people: tuple[Persona, ...]) -> str:
    return "[" + ", ".join(f'"{person.id}"' for person in people) + "]"
