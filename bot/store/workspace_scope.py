"""Workspace scope: the one check that a job accesses the rows of its own workspace only.

:class:`bot.store.repositories.Repositories` of one workspace wraps every repository in a guard,
which checks the arguments of each call by their parameter names before it runs. A method without
such a parameter works across workspaces and is rejected, so that a new method is isolated unless
it says otherwise here.

The one exception is a linked account: its home team may be in another workspace, namely that of
the person's main account. A home team that a job has loaded may be accessed by its id for the
rest of the job; no other row of that workspace may.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from inspect import signature
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, bindparam, select

from bot.conversation import Address, Person
from bot.domain.people import Team
from bot.store.repositories.delivery_records import PlannedDelivery
from bot.store.schema import deliveries, teams

_LINKED_TEAM_METHODS = frozenset({"Teams.get_home_team", "Teams.get_person_and_team"})
"""Methods that resolve linked accounts and so may return a team of another workspace."""

_SELF_LIMITED_METHODS = frozenset({"IdempotencyKeys.claim", "Slips.open_missing_periods"})
"""Methods that limit themselves to the workspace that their repository was created for."""

_SELECT_TEAM_WORKSPACE = select(teams.c.workspace).where(teams.c.id == bindparam("row_id"))
_SELECT_DELIVERY_WORKSPACE = select(deliveries.c.workspace).where(
    deliveries.c.id == bindparam("row_id")
)

RepositoryT = TypeVar("RepositoryT")


class WorkspaceMismatchError(Exception):
    """A job of one workspace tried to access the rows of another, or of all: an error in code."""


class WorkspaceScope:
    """The workspace that a job is limited to, with the teams that it may access by id."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        """Limit to *workspace*; *connection* reads the workspace of a team or delivery by id."""
        self._connection = connection
        self.workspace = workspace
        self._accessible_team_ids: set[str] = set()

    def guard(self, repository: RepositoryT) -> RepositoryT:
        """Return *repository* with every call checked; its type stays the same for callers."""
        return cast("RepositoryT", _GuardedRepository(repository, self))

    def require_workspace(self, workspace: str | None) -> None:
        """Raise :class:`WorkspaceMismatchError` unless *workspace* is that of this scope."""
        if workspace != self.workspace:
            raise WorkspaceMismatchError

    def require_owner(self, row: Person | Address | PlannedDelivery) -> None:
        """Raise :class:`WorkspaceMismatchError` unless *row* belongs to the workspace."""
        self.require_workspace(row.workspace)

    def require_owners(self, rows: Iterable[Person | PlannedDelivery]) -> None:
        """Raise :class:`WorkspaceMismatchError` unless all *rows* belong to the workspace."""
        for row in rows:
            self.require_owner(row)

    def require_team(self, team: Team) -> None:
        """Raise :class:`WorkspaceMismatchError` for a team, or a stored one, of another."""
        self.require_workspace(team.workspace)
        self.require_team_id(team.id)

    def require_team_id(self, team_id: str) -> None:
        """Raise :class:`WorkspaceMismatchError` if another workspace has the team."""
        if team_id not in self._accessible_team_ids:
            self._require_row_owner(_SELECT_TEAM_WORKSPACE, team_id)

    def require_delivery_id(self, delivery_id: str) -> None:
        """Raise :class:`WorkspaceMismatchError` if another workspace has the delivery."""
        self._require_row_owner(_SELECT_DELIVERY_WORKSPACE, delivery_id)

    def admit_home_team(self, team: Team) -> None:
        """Permit access to *team* by its id, as it is the home team of a person in the scope."""
        self._accessible_team_ids.add(team.id)

    def _require_row_owner(self, statement: Any, row_id: str) -> None:  # noqa: ANN401 - a Select
        workspace = self._connection.scalar(statement, {"row_id": row_id})
        if workspace is not None:
            self.require_workspace(workspace)


_CHECKS: Mapping[str, Callable[[WorkspaceScope, Any], None]] = {
    "workspace": WorkspaceScope.require_workspace,
    "person": WorkspaceScope.require_owner,
    "address": WorkspaceScope.require_owner,
    "persons": WorkspaceScope.require_owners,
    "planned_deliveries": WorkspaceScope.require_owners,
    "team": WorkspaceScope.require_team,
    "team_id": WorkspaceScope.require_team_id,
    "delivery_id": WorkspaceScope.require_delivery_id,
}
"""The check of each parameter that says whose rows a method of a repository accesses."""

_ITERABLE_PARAMETERS = frozenset({"persons", "planned_deliveries"})


class _GuardedRepository:
    """A repository whose methods run only on rows of the scope's workspace."""

    def __init__(self, repository: object, scope: WorkspaceScope) -> None:
        """Check the calls of *repository* against *scope*."""
        self._repository = repository
        self._scope = scope

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Return the repository's method *name* with its check."""
        return partial(self._call_checked, getattr(self._repository, name))

    def _call_checked(
        self,
        method: Callable[..., object],
        *args: Any,  # noqa: ANN401 - those of any method
        **kwargs: Any,  # noqa: ANN401 - those of any method
    ) -> object:
        """Check the arguments, then call *method*."""
        arguments = dict(zip(_parameter_names(_function_of(method)), args, strict=False)) | kwargs
        for name in _ITERABLE_PARAMETERS & arguments.keys():
            arguments[name] = tuple(arguments[name])  # the check must not exhaust a generator
        checked_names = _CHECKS.keys() & arguments.keys()
        if not checked_names and method.__qualname__ not in _SELF_LIMITED_METHODS:
            raise WorkspaceMismatchError
        for name in checked_names:
            _CHECKS[name](self._scope, arguments[name])
        result = method(**arguments)
        if method.__qualname__ in _LINKED_TEAM_METHODS:
            self._admit_home_teams(result)
        return result

    def _admit_home_teams(self, result: object) -> None:
        for value in result if isinstance(result, tuple) else (result,):
            if isinstance(value, Team):
                self._scope.admit_home_team(value)


def _function_of(method: Any) -> Callable[..., object]:  # noqa: ANN401 - a bound method
    function: Callable[..., object] = method.__func__
    return function


@lru_cache(maxsize=256)
def _parameter_names(function: Callable[..., object]) -> tuple[str, ...]:
    """Return the names of a method's parameters after ``self``, in order."""
    return tuple(signature(function).parameters)[1:]
