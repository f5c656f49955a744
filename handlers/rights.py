"""The authorization check: a wrapper of handlers that runs before the request's content is read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.affiliation import Affiliation
from bot.context import Context
from bot.conversation import DeferredReply, Reply, Request
from bot.domain.people import describe_editor_access
from bot.domain.permissions import (
    TEAM_RIGHTS,
    Grant,
    Right,
    has_condition,
    has_right,
    is_for_every_member,
    is_open_to,
)
from bot.domain.teams.oversight import may_oversee
from bot.domain.teams.setup_submission import parse_team_id
from bot.errors import BotError, NoTeamError, NotTheirTeamError, UnknownProfileError
from bot.store.repositories import Repositories
from bot.workflows import access, introduction_cards, setup_undo, team_setup
from bot.workflows.personal_data import load_roles_by_team

Handler = Callable[[Request, Context], Awaitable[Reply]]
"""Coroutine function that handles a request with the context of its workspace.

It validates ``data`` and ``answers``, which a client of Teams can forge, and raises
:class:`bot.errors.UnknownAnswerError` for a value that was never rendered. The middleware converts
this and every other :class:`bot.errors.BotError` into a reply.
"""

_REFUSALS: Mapping[Right, type[BotError]] = {
    Right.CLINICIAN: NoTeamError,
    Right.JOINER: NoTeamError,
    Right.READER: NotTheirTeamError,
    Right.SUPERVISOR: NotTheirTeamError,
    Right.SHARER: NotTheirTeamError,
}
"""Exception by missing right; the same for every person and every content of the request."""

_ROLE_BASED_RIGHTS = frozenset({Right.READER, Right.SUPERVISOR, Right.SHARER})
"""Rights by a role in any number of teams: the check reads their rows in a thread of the pool."""


def wrap_with_right_check(handler: Handler, right: Right, *, refuse_external: Handler) -> Handler:
    """Wrap *handler* so that it runs only for a person who has *right*.

    *refuse_external* is called instead for an external person, or one of unknown affiliation who is
    on no list, unless *right* is public. The request of a person of unknown affiliation who is on
    a list is passed to the handler as a member's.

    The wrapped handler raises :class:`bot.errors.NoTeamError`,
    :class:`bot.errors.NotTheirTeamError` or :class:`bot.errors.UnknownProfileError` without the
    right. Which one depends on the person alone, so that it discloses nothing about the request's
    content.
    """
    allowed_handler = _wrap_with_access_check(handler, right)

    async def handle_open(request: Request, context: Context) -> Reply:
        is_listed = (
            request.affiliation is Affiliation.UNKNOWN
            and await context.store.for_workspace(request.person.workspace).read(
                lambda repos: access.is_listed(repos, request.person)
            )
        )
        if not is_open_to(request.affiliation, right, is_listed=is_listed):
            return await refuse_external(request, context)
        if is_listed:
            request = replace(request, affiliation=Affiliation.MEMBER)
        return await allowed_handler(request, context)

    return handle_open


def _wrap_with_access_check(handler: Handler, right: Right) -> Handler:
    if is_for_every_member(right):
        return handler
    if right in TEAM_RIGHTS:
        return _wrap_with_editor_check(handler, right)
    if right is Right.OVERSEER:
        return _wrap_with_overseer_check(handler)

    async def handle_allowed(request: Request, context: Context) -> Reply:
        person_access = await context.store.for_workspace(request.person.workspace).read(
            lambda repos: access.load_access(repos, request.person, request.channel),
            reads_many_rows=right in _ROLE_BASED_RIGHTS,
        )
        if not has_right(right, person_access):
            raise _REFUSALS[right]
        return await handler(request, context)

    return handle_allowed


def _wrap_with_editor_check(handler: Handler, right: Right) -> Handler:
    """Wrap a handler of the set-up of the team that the request names.

    Only the product's API reports who is an admin. For every person but the team's supervisors, and
    the one who set it up, the reply is deferred until the profile is fetched, whatever team was
    requested: otherwise the kind of response would disclose whether the team exists or has
    supervisors.
    """

    async def handle_allowed(request: Request, context: Context) -> Reply:
        if await _may_edit(request, context, right, is_admin=False):
            return await handler(request, context)
        return DeferredReply(lambda: _handle_if_admin(handler, right, request, context))

    return handle_allowed


def _wrap_with_overseer_check(handler: Handler) -> Handler:
    """Wrap a handler of the audit trail or of the assignment of a supervisor.

    Unless the person oversees set-ups by a role, the reply is deferred until their profile is
    fetched, whatever was requested.
    """

    async def handle_allowed(request: Request, context: Context) -> Reply:
        if await _may_oversee(request, context, is_admin=False):
            return await handler(request, context)
        return DeferredReply(lambda: _handle_if_overseer(handler, request, context))

    return handle_allowed


async def _handle_if_overseer(handler: Handler, request: Request, context: Context) -> Reply:
    profile = await context.fetch_profile(request.person)
    if profile is None:
        raise UnknownProfileError
    if not await _may_oversee(request, context, is_admin=profile.is_admin):
        raise NotTheirTeamError
    return await handler(request, context)


async def _may_oversee(request: Request, context: Context, *, is_admin: bool) -> bool:
    workspace = request.person.workspace
    roles = await context.store.for_workspace(workspace).read(
        lambda repos: load_roles_by_team(repos, request.person), reads_many_rows=True
    )
    return may_oversee(workspace, roles, is_admin=is_admin)


async def _handle_if_admin(
    handler: Handler, right: Right, request: Request, context: Context
) -> Reply:
    profile = await context.fetch_profile(request.person)
    if profile is None:
        raise UnknownProfileError
    if not await _may_edit(request, context, right, is_admin=profile.is_admin):
        raise NotTheirTeamError
    return await handler(request, context)


async def _may_edit(request: Request, context: Context, right: Right, *, is_admin: bool) -> bool:
    team_id = parse_team_id(request.data, request.answers)

    def load_permission(repos: Repositories) -> bool:
        includes_removed = right is Right.REMOVER
        editor = team_setup.load_setup_editor(
            repos, request.person, team_id, includes_removed=includes_removed
        )
        editor_access = describe_editor_access(editor, is_admin=is_admin)
        if has_right(right, editor_access) or not has_condition(right, Grant.OWN_CHANGE):
            return has_right(right, editor_access)
        facts = (repos, request.person, team_id, context.now())
        has_own_change = introduction_cards.has_recently_set_up(
            *facts
        ) or setup_undo.may_undo_setup(*facts)
        return has_right(right, replace(editor_access, has_own_change=has_own_change))

    return await context.store.for_workspace(request.person.workspace).read(load_permission)
