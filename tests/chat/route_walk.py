"""A walk over every route of the handler tables, with what a client can send to each of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import select

from bot.domain.counts import reports
from bot.domain.teams import setup_form
from bot.elements import Text
from bot.store.repositories import Repositories
from bot.store.schema import duty_runs, metadata
from handlers import BUTTONS, COMMANDS, FORMS, SHORTCUTS
from tests.chat.expectations import WORDS
from tests.chat.on_slack import SlackProduct
from tests.chat.surfaces import Answers, Product, RouteRequest

OTHER_WORDS = "heliotrope"
"""Words after a command that are none of its keywords."""


class Refusal(Enum):
    """The reply that a person without the right gets; ``PUBLIC`` is none."""

    PUBLIC = ()
    NO_TEAM = (WORDS.translate("error.no_team"),)
    NOT_THEIR_TEAM = (WORDS.translate("error.not_their_team"),)
    NO_TABLES = tuple(
        element.text
        for element in reports.render_refusal(WORDS, on_roster=False).body
        if isinstance(element, Text)
    )
    NO_SETUP = tuple(
        element.text
        for element in setup_form.render_refusal(WORDS).body
        if isinstance(element, Text)
    )


@dataclass(frozen=True)
class Probe:
    """What is sent to a route; ``{team}``, ``{person}`` and ``{channel}`` are replaced by ids."""

    data: str = ""
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """A row of a handler table, its refusal, and the well-formed and forged probes of it."""

    table: str
    name: str
    keyword: str
    refusal: Refusal
    probes: tuple[Probe, ...]


SETUP_ANSWERS: Answers = {
    "channel": ("{channel}",),
    "name": ("Friday team",),
    "clinicians": ("{person}",),
    "supervisors": ("{person}",),
    "day": ("5",),
    "time": ("08:30",),
    "tip_days": ("1",),
    "tip_time": ("10:00",),
    "zone": ("America/Toronto",),
    "practice": ("",),
    "language": ("en",),
    "question": ("status",),
    "open": ("no",),
}
SETTINGS_ANSWERS: Answers = {"state": ("on",), "day": ("3",), "time": ("16:30",)}
NAMING_ANSWERS: Answers = {"which": ("{team}",), "supervisors": ("{person}",)}
CHANGE_DATA = '{team} before after {{"day":["2"]}}'
SHARE_DATA = ("{team}:question:2026-06-29:", "{team}:50:2026-06-29:")
CHECKIN_DATA = "2026-W27:circle"
REFINED_GUIDE_DATA = "away.touched;mine=rushed;strain=bond"
FORGED = (Probe(), Probe("\N{WARNING SIGN} forged", {"day": ("9",), "until": ("soon",)}))
TEAM_PROBES = (Probe("{team}"), Probe("{team}:2026-06-01"), Probe("new"), *FORGED)

RouteCase = tuple[Refusal, tuple[Probe, ...]]

BUTTON_CASES: Mapping[str, RouteCase] = {
    "ask.open": (Refusal.NO_TEAM, TEAM_PROBES),
    "ask.preview": (Refusal.NO_TEAM, (Probe("think::{person}"), *TEAM_PROBES)),
    "checkin.again": (Refusal.NO_TEAM, FORGED),
    "checkin.answer": (Refusal.NO_TEAM, (Probe(CHECKIN_DATA), *FORGED)),
    "checkin.join": (Refusal.NO_TEAM, TEAM_PROBES),
    "checkin.leave": (Refusal.PUBLIC, TEAM_PROBES),
    "checkin.menu": (
        Refusal.NO_TEAM,
        (Probe("pause"), Probe("leave"), Probe("kept"), Probe("snooze1"), *FORGED),
    ),
    "checkin.now": (Refusal.NO_TEAM, TEAM_PROBES),
    "checkin.pause": (Refusal.NO_TEAM, TEAM_PROBES),
    "checkin.resume": (Refusal.NO_TEAM, TEAM_PROBES),
    "checkin.settings": (Refusal.NO_TEAM, (Probe("join"), *TEAM_PROBES)),
    "debriefs.exercise": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "debriefs.export": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "debriefs.hour": (Refusal.NOT_THEIR_TEAM, (Probe("{team}:50"), *TEAM_PROBES)),
    "debriefs.lines": (Refusal.NOT_THEIR_TEAM, (Probe("{team}:50d"), *TEAM_PROBES)),
    "debriefs.method": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "debriefs.open": (Refusal.NO_TABLES, TEAM_PROBES),
    "debriefs.period": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "debriefs.share": (Refusal.NOT_THEIR_TEAM, (Probe("{team}:50"), *TEAM_PROBES)),
    "debriefs.shared": (Refusal.NOT_THEIR_TEAM, (Probe("{team}:slot"), *TEAM_PROBES)),
    "help.open": (Refusal.PUBLIC, TEAM_PROBES),
    "home.copy": (Refusal.PUBLIC, (Probe("2"), *TEAM_PROBES)),
    "home.erase": (Refusal.PUBLIC, TEAM_PROBES),
    "home.language": (Refusal.PUBLIC, (Probe("en"), Probe("{team}"))),
    "home.open": (Refusal.PUBLIC, TEAM_PROBES),
    "join": (Refusal.NO_TEAM, TEAM_PROBES),
    "kept": (Refusal.PUBLIC, TEAM_PROBES),
    "link": (Refusal.PUBLIC, TEAM_PROBES),
    "notice.menu": (Refusal.NOT_THEIR_TEAM, (*map(Probe, ("stop", "move", "kept")), *FORGED)),
    "notice.settings": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "rupture.back": (Refusal.PUBLIC, (Probe(REFINED_GUIDE_DATA), *TEAM_PROBES)),
    "rupture.deeper": (Refusal.PUBLIC, (Probe("away.touched"), *TEAM_PROBES)),
    "rupture.guide": (Refusal.PUBLIC, TEAM_PROBES),
    "rupture.open": (Refusal.PUBLIC, TEAM_PROBES),
    "rupture.questions": (Refusal.PUBLIC, (Probe(REFINED_GUIDE_DATA), *TEAM_PROBES)),
    "rupture.rehearse": (Refusal.PUBLIC, (Probe(REFINED_GUIDE_DATA), *TEAM_PROBES)),
    "supervision.card": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "supervision.close": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "supervision.edit": (Refusal.NOT_THEIR_TEAM, (Probe(CHANGE_DATA), *TEAM_PROBES)),
    "supervision.history": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "supervision.introduce": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "supervision.move": (Refusal.NOT_THEIR_TEAM, (Probe("{team} C0FREE"), *TEAM_PROBES)),
    "supervision.name": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "supervision.new": (Refusal.NOT_THEIR_TEAM, (Probe("new"), *TEAM_PROBES)),
    "supervision.open": (Refusal.NO_SETUP, TEAM_PROBES),
    "supervision.undo": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "tip.drill": (Refusal.PUBLIC, (Probe("few_words:1:0"), Probe("few_words:4:0"), *TEAM_PROBES)),
    "tip.drills": (Refusal.PUBLIC, TEAM_PROBES),
    "tip.kind": (Refusal.PUBLIC, (Probe("repair:point"), *TEAM_PROBES)),
    "tip.list": (Refusal.PUBLIC, TEAM_PROBES),
    "tip.next": (Refusal.PUBLIC, (Probe("1"), Probe("999"), *TEAM_PROBES)),
    "tip.situation": (Refusal.PUBLIC, (Probe("quiet"), *TEAM_PROBES)),
    "tip.today": (Refusal.PUBLIC, TEAM_PROBES),
    "tip.topic": (Refusal.PUBLIC, (Probe("repair"), *TEAM_PROBES)),
}

WISHES: Answers = {"wish": ("yes",)}
DEBRIEF_ANSWERS: Answers = {"form": ("away",), "status": ("touched",)}
FORM_CASES: Mapping[str, RouteCase] = {
    "agreement": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "ask": (Refusal.NO_TEAM, (Probe("think:nonce:{person}"), *TEAM_PROBES)),
    "checkin": (
        Refusal.NO_TEAM,
        (
            Probe(CHECKIN_DATA, {"checkin": ("someone",), "intention": ("I1",), "wish": ("yes",)}),
            *FORGED,
        ),
    ),
    "closing": (Refusal.NOT_THEIR_TEAM, TEAM_PROBES),
    "debrief": (Refusal.PUBLIC, (Probe("{team}", DEBRIEF_ANSWERS), *TEAM_PROBES)),
    "deeper": (Refusal.PUBLIC, (Probe("away.touched", WISHES), Probe("{team}", WISHES))),
    "erase": (Refusal.PUBLIC, TEAM_PROBES),
    "followup": (Refusal.NO_TEAM, (Probe(CHECKIN_DATA, {"followup": ("not_right",)}), *FORGED)),
    "guide": (Refusal.PUBLIC, (Probe("{team}", DEBRIEF_ANSWERS), *TEAM_PROBES)),
    "messages": (Refusal.NOT_THEIR_TEAM, (Probe("", SETTINGS_ANSWERS), *TEAM_PROBES)),
    "naming": (Refusal.NOT_THEIR_TEAM, (Probe("", NAMING_ANSWERS), *TEAM_PROBES)),
    "note": (Refusal.PUBLIC, TEAM_PROBES),
    "notice": (Refusal.PUBLIC, TEAM_PROBES),
    "pause": (Refusal.NO_TEAM, (Probe("", {"until": ("2026-07-20",)}), *FORGED)),
    "preview": (Refusal.NOT_THEIR_TEAM, (Probe(CHANGE_DATA), *TEAM_PROBES)),
    "reading": (Refusal.PUBLIC, TEAM_PROBES),
    "settings": (Refusal.NO_TEAM, (Probe("{team}", SETTINGS_ANSWERS), *TEAM_PROBES)),
    "setup": (
        Refusal.NOT_THEIR_TEAM,
        (
            *(Probe(data, SETUP_ANSWERS) for data in ("{team}", "new", "")),
            Probe("new", {**SETUP_ANSWERS, "name": ("**loud**",)}),
            Probe("new", {**SETUP_ANSWERS, "zone": ("Mars/Base",)}),
            *TEAM_PROBES,
        ),
    ),
    "share": (Refusal.NOT_THEIR_TEAM, (*map(Probe, SHARE_DATA), *TEAM_PROBES)),
    "strained": (
        Refusal.PUBLIC,
        (
            Probe("", {"supervision_role": ("supervised",), "supervision_strain": ("small",)}),
            *TEAM_PROBES,
        ),
    ),
    "thanks": (Refusal.PUBLIC, TEAM_PROBES),
    "waiting": (Refusal.PUBLIC, TEAM_PROBES),
    "which": (
        Refusal.NOT_THEIR_TEAM,
        (
            *(Probe("", {"which": (id_,)}) for id_ in ("{team}", "new", "")),
            Probe("", {"which": ("{team}", "new")}),
            Probe("{team}", {"which": ("new",)}),
            *TEAM_PROBES,
        ),
    ),
    "withdraw": (Refusal.PUBLIC, TEAM_PROBES),
}

OWN_NOTICE_ROUTES = frozenset({"messages", "notice.menu", "notice.settings"})
"""Routes of a supervisor's or director's own messages, which are for every person with a role."""

SHORTCUT_CASES: Mapping[str, Refusal] = {"debrief": Refusal.PUBLIC}

COMMAND_CASES: Mapping[str, Refusal] = {
    **dict.fromkeys(("tip", "tip next", "tip list", "tip help", "tip repair"), Refusal.PUBLIC),
    **{f"tip {w}": Refusal.PUBLIC for w in (OTHER_WORDS, "practice", "pratique", "练习")},
    "rupture": Refusal.PUBLIC,
    f"rupture {OTHER_WORDS}": Refusal.PUBLIC,
    "rupture guide": Refusal.PUBLIC,
    "rupture supervision": Refusal.PUBLIC,
    "rupture withdraw": Refusal.PUBLIC,
    "rupture retirer": Refusal.PUBLIC,
    "rupture help": Refusal.PUBLIC,
    "checkin": Refusal.NO_TEAM,
    f"checkin {OTHER_WORDS}": Refusal.PUBLIC,
    "checkin now": Refusal.NO_TEAM,
    "checkin maintenant": Refusal.NO_TEAM,
    "checkin join": Refusal.NO_TEAM,
    "checkin participer": Refusal.NO_TEAM,
    "checkin pause": Refusal.NO_TEAM,
    "checkin leave": Refusal.PUBLIC,
    "checkin help": Refusal.PUBLIC,
    "debriefs": Refusal.NO_TABLES,
    f"debriefs {OTHER_WORDS}": Refusal.PUBLIC,
    "debriefs export": Refusal.NOT_THEIR_TEAM,
    "debriefs hour": Refusal.NOT_THEIR_TEAM,
    "debriefs help": Refusal.PUBLIC,
    "supervision": Refusal.NO_SETUP,
    f"supervision {OTHER_WORDS}": Refusal.PUBLIC,
    "supervision help": Refusal.PUBLIC,
    "help": Refusal.PUBLIC,
    f"help {OTHER_WORDS}": Refusal.PUBLIC,
}


def list_typed_commands() -> set[str]:
    """Return every command, alone and with each of its keywords, one topic and other words."""
    typed = set()
    for name, command in COMMANDS.items():
        topics = ["repair"] if command.topic_handler else []
        keywords = ["", OTHER_WORDS, *command.keyword_handlers, *topics]
        typed |= {f"{name} {keyword}".strip() for keyword in keywords}
    return typed


def iter_routes(product: Product) -> Iterator[Route]:
    """Yield every row of the tables; KeyError for a row without a case in this module."""
    for typed in sorted(list_typed_commands()):
        name, _, keyword = typed.partition(" ")
        yield Route("commands", name, keyword, COMMAND_CASES[typed], (Probe(),))
    for name in BUTTONS:
        yield Route("buttons", name, "", *BUTTON_CASES[name])
    for name in FORMS:
        yield Route("forms", name, "", *FORM_CASES[name])
    for name in SHORTCUTS if isinstance(product, SlackProduct) else ():
        yield Route("shortcuts", name, "", SHORTCUT_CASES[name], (Probe(),))


def build_requests(route: Route, ids: Mapping[str, str]) -> Iterator[RouteRequest]:
    """Yield a request for each probe of a route, with *ids* in place of the placeholders."""
    for probe in route.probes:
        yield RouteRequest(
            route.table,  # type: ignore[arg-type]  # the literals of iter_routes
            route.name,
            route.keyword,
            probe.data.format_map(ids),
            {
                name: tuple(value.format_map(ids) for value in values)
                for name, values in probe.answers.items()
            },
        )


async def dump_rows(product: Product) -> dict[str, frozenset[tuple[object, ...]]]:
    """Return every row of every table, by table, without those of the process's own duties.

    Checks of health write the latter at any time, and they concern no person.
    """

    def select_rows(repos: Repositories) -> dict[str, frozenset[tuple[object, ...]]]:
        return {
            table.name: frozenset(map(tuple, repos._connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table is not duty_runs
        }

    return await product.bot.context.store.across_workspaces.read(select_rows)


async def load_team_id(product: Product) -> str:
    """Return the id of the team that the team file declares."""
    teams = await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.teams.list_teams()
    )
    return next(team.id for team in teams if team.channel == product.channel)
