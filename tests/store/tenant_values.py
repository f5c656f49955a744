"""Values of another workspace for every parameter of the repositories' methods, by name."""

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import true

from bot.conversation import Address, Person
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.intentions import Intention
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.counts.release_rule import TOTAL
from bot.domain.counts.unit_class import UnitClass
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.operator_entry import OperatorActor
from bot.domain.people import Role
from bot.domain.reachability import Evidence
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.domain.teams.setup_undo import PreviousSetup
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import team_unit_key
from bot.store.repositories.delivery_records import PlannedDelivery
from tests.store.sample_workspaces import (
    CLOSED_AT,
    build_members,
    build_supervisor,
    build_teams,
    workspace_key,
)

LATER = CLOSED_AT + timedelta(days=400)
"""An instant at which every period has ended and every row has expired."""


class Method(NamedTuple):
    """A public method of a repository."""

    repository: str
    name: str
    parameters: tuple[inspect.Parameter, ...]

    @property
    def key(self) -> str:
        """The repository and the method, by which failed assertions name it."""
        return f"{self.repository}.{self.name}"

    def build_calls(self, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the arguments of a call with the required parameters, and of one with all.

        Raises :class:`KeyError` for a parameter without a value: a new one is to be listed.
        """
        named = {
            parameter.name: self._select_value(values, parameter.name)
            for parameter in self.parameters
        }
        required = {
            parameter.name: named[parameter.name]
            for parameter in self.parameters
            if parameter.default is inspect.Parameter.empty
        }
        yield required
        if required != named:
            yield named

    def _select_value(self, values: Mapping[str, Any], name: str) -> object:
        key = f"{self.key}.{name}"
        return values[key if key in values else name]


def list_methods() -> list[Method]:
    """Return every public method of every repository."""
    return [
        Method(name, method_name, tuple(inspect.signature(function).parameters.values())[1:])
        for name, attribute in vars(Repositories).items()
        if isinstance(attribute, cached_property)
        for method_name, function in vars(typing.get_type_hints(attribute.func)["return"]).items()
        if inspect.isfunction(function) and not method_name.startswith("_")
    ]


def call_method(repos: Repositories, method: Method, arguments: Mapping[str, Any]) -> object:
    """Call a method by its repository's name, and exhaust what it returns."""
    function: Callable[..., object] = getattr(getattr(repos, method.repository), method.name)
    return function(**arguments)


def load_values(repos: Repositories, word: str) -> dict[str, Any]:
    """Return ids, rows and objects of the workspace of *word*, by the names of parameters."""
    return {
        **build_ids(word),
        **build_settings(word),
        **build_new_rows(word),
        **load_stored_objects(repos, word),
        **build_exceptions(word),
    }


def build_ids(word: str) -> dict[str, Any]:
    """Return ids of people, teams, channels and units."""
    workspace, (team, sibling, _) = workspace_key(word), build_teams(word)
    member, other, *_ = build_members(word, team)
    return {
        **dict.fromkeys(("person", "old", "main", "setter"), member),
        **dict.fromkeys(("persons", "accounts", "retained"), (member, other)),
        **dict.fromkeys(("team_id", "old_team_id"), team.id),
        **dict.fromkeys(("workspace", "organisation", "installed_as"), workspace),
        "account_groups": [(member, other)],
        "address": Address(workspace, member.id),
        "channel": team.channel,
        "counts": [((member, team.id), 1)],
        "members": [(member, team.id), (other, team.id)],
        "new": Person(workspace, f"{member.id}new"),
        "new_id": f"{member.id}new",
        "pool": f"practice:{workspace}/{sibling.practice}",
        "row_keys": [(workspace, member.id), (workspace, build_supervisor(word).id)],
        "table_name": "person",
        "team": team,
        "team_ids": (team.id, sibling.id),
        "unit": team_unit_key(team.id),
        "units": (team_unit_key(team.id),),
        "workspaces": (workspace, f"{workspace}LINKED"),
    }


def build_settings(word: str) -> dict[str, Any]:
    """Return what is no id: times, numbers, choices and names."""
    return {
        **dict.fromkeys(("now", "until", "moment", "not_before", "since", "default"), LATER),
        **dict.fromkeys(("day", "cutoff", "opens", "today"), LATER.date()),
        **dict.fromkeys(("reason", "kind"), "checkin"),
        **dict.fromkeys(("except_kinds", "is_key_lost", "replaces_earlier"), ()),
        **dict.fromkeys(("first_slot", "reference"), f"of {word}"),
        "actor": OperatorActor.OPERATOR,
        **dict.fromkeys(("includes_ended", "replaces"), True),
        "after": None,
        "attempt": 0,
        "change": lambda slot: replace(slot, unanswered_count=5),
        "codes": {"form": "away", "status": "touched"},
        "days": (1, 2),
        "interval": timedelta(days=1),
        "evidence": Evidence.INSTALLATION,
        "has_failed": {"a duty": True},
        "is_recipient": true(),
        "key": "a key",
        "language": "fr",
        "ledger": TOTAL,
        "limit": 1000,
        "locale": "fr-CA",
        "messages_per_minute": 1,
        "name": "slack",
        "names": ("a duty",),
        "probe_at": LATER,
        "probe_count": 3,
        "reconcile_after": timedelta(0),
        "role": Role.SUPERVISOR,
        "rule": WeeklyRule(2, time(10)),
        "slot": "week 1",
        "unanswered_count": 4,
        "week": "week 1",
        "zone": "America/Vancouver",
    }


def build_new_rows(word: str) -> dict[str, Any]:
    """Return what a method stores."""
    workspace, (team, *_) = workspace_key(word), build_teams(word)
    member, *_ = build_members(word, team)
    entry = AuditEntry(workspace, team.id, team.name, CLOSED_AT, member.id, AuditAction.CHANGED)
    return {
        "entries": [entry],
        "entry": entry,
        "intention": Intention("made-up", "ring", "2027-W01", LATER.date()),
        "planned_deliveries": [
            PlannedDelivery(
                workspace, DeliveryKind.CHECKIN, member.id, "", "slot", CLOSED_AT, LATER, ""
            )
        ],
        "preference": NoticePreference(is_stopped=True),
        "previous": PreviousSetup(member.id, CLOSED_AT, None),
        "route": f"a route of {word}",
        "secret": {"token": "xoxb-made-up"},
        "unit_class": UnitClass(9, LATER.date()),
        "value": {"token": "xoxb-made-up"},
    }


def load_stored_objects(repos: Repositories, word: str) -> dict[str, Any]:
    """Return what a method takes as an earlier one returned it."""
    workspace, (team, *_) = workspace_key(word), build_teams(word)
    member, *_ = build_members(word, team)
    contributor = repos.ledger.find_contributor(member, CLOSED_AT)
    periods = tuple(
        period for period in repos.ledger._periods.list_periods() if period.workspace == workspace
    )
    delivery, *_ = repos.deliveries.list_due_deliveries(
        workspace, CLOSED_AT + timedelta(hours=1), 1
    )
    installation = repos.installations.find(workspace)
    assert installation
    return {
        **dict.fromkeys(("periods", "ended_periods"), periods),
        "account": repos.teams.get_account(member),
        "contributor": contributor,
        "delivery_id": delivery.id,
        "keys": tuple(release.key for release in repos.releases.list_by_team(team.id)),
        "period": periods[0],
        "profile": contributor.profile,
        "profiles": (contributor.profile,),
        "version": installation.version,
    }


def build_exceptions(word: str) -> dict[str, Any]:
    """Return the values of single methods whose parameter means something else."""
    return {
        "close_notices.list_period_closes.since": date(2026, 1, 1),
        "deliveries.delete_before.cutoff": LATER,
        "deliveries.next_due.after": CLOSED_AT,
        "installations.claim_renewal.now": LATER.timestamp(),
        "installations.claim_renewal.until": LATER.timestamp() + 60,
        "installations.link_workspaces.workspaces": (workspace_key(word),),
        "ledger.next_close.after": CLOSED_AT,
        "people.pause_checkins.until": LATER.date(),
        "period_members.list_countable.opens": date(2026, 11, 23),
        "team_slots.list_team_ids.after": "",
        "team_slots.read_slot.body": None,
    }
