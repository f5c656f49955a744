"""Serialize the stored teams to a team file (TOML), which changes nothing if it is applied."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.admin.team_file import WEEKDAY_NAMES
from bot.conversation import Person
from bot.domain.people import Role, Team
from bot.domain.teams.team_reference import bare_workspace
from bot.store.repositories import Repositories


@dataclass(frozen=True)
class StoredTeam:
    """A team's row and the people whom its set-up declares, without who joined by themselves."""

    team: Team
    supervisors: tuple[Person, ...]
    directors: tuple[Person, ...]
    clinicians: tuple[Person, ...]


def load_stored_team(repos: Repositories, team: Team) -> StoredTeam:
    """Query the declared clinicians and the role holders of *team*, in the caller's transaction."""
    return StoredTeam(
        team,
        repos.teams.list_role_holders(team.id, Role.SUPERVISOR),
        repos.teams.list_role_holders(team.id, Role.DIRECTOR),
        repos.teams.list_declared_clinicians(team.id),
    )


def export_team_file(repos: Repositories) -> str:
    """Return the text of a team file with every stored team, and the linked accounts as tables."""
    teams = [load_stored_team(repos, team) for team in repos.teams.list_teams()]
    tables = [render_team(team) for team in teams]
    tables += render_linked_accounts(repos.linked_accounts.list_links())
    return "\n".join(tables)


def render_team(stored: StoredTeam) -> str:
    """Serialize *stored* to a ``[[team]]`` table with every key, also those with default values."""
    team = stored.team
    fields: dict[str, str] = {
        "workspace": _quote(bare_workspace(team.workspace)),
        "channel": _quote(team.channel),
        "name": _quote(team.name),
        "practice": _quote(team.practice),
        "directors": _render_people(stored.directors),
        "supervisors": _render_people(stored.supervisors),
        "clinicians": _render_people(stored.clinicians),
        "language": _quote(team.language),
        "timezone": _quote(team.zone),
        "checkin": f"{{ day = {_quote(_name_day(team.checkin_rule.weekday))}, "
        f"time = {_quote(f'{team.checkin_rule.local_time:%H:%M}')} }}",
        "tip": f"{{ days = {_render_list(map(_name_day, team.tip_days))}, "
        f"time = {_quote(f'{team.tip_time:%H:%M}')} }}",
        "question": _quote(team.question),
        "open_to_team": str(team.open_to_team).lower(),
        "holidays": _quote(team.holiday_region),
    }
    return "\n".join(["[[team]]", *(f"{key} = {text}" for key, text in fields.items()), ""])


def render_linked_accounts(links: Mapping[Person, Person]) -> list[str]:
    """Serialize *links*, a dict of account to main account, to one ``[[same]]`` table per person.

    The main account is the first of each list.
    """
    accounts_by_main: dict[Person, list[Person]] = {}
    for account, main in sorted(links.items()):
        accounts_by_main.setdefault(main, [main]).append(account)
    return [
        f"[[same]]\npeople = {_render_list(map(_format_account, accounts))}\n"
        for _, accounts in sorted(accounts_by_main.items())
    ]


def _format_account(account: Person) -> str:
    return f"{bare_workspace(account.workspace)}/{account.id}"


def _name_day(weekday: int) -> str:
    return WEEKDAY_NAMES[weekday - 1]


def _render_people(persons: Iterable[Person]) -> str:
    return _render_list(person.id for person in persons)


def _render_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quote, texts))}]"


def _quote(text: str) -> str:
    """Return *text* as a TOML string: a JSON string, in which TOML also requires DEL escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
