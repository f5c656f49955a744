"""SQL query of the periods whose records a form rewrites, with the conditions of counting."""

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    and_,
    bindparam,
    exists,
    select,
    union,
)

from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.domain.people import Role
from bot.store.schema import (
    feeds,
    ledger_records,
    linked_accounts,
    period_members,
    periods,
    roles,
    rosters,
)

_TEAM: BindParameter[str] = bindparam("team")
_KEY_NAMES = ("ledger", "unit", "closes")


def _key_columns(table: Table) -> list[ColumnElement[Any]]:
    return [table.c[name] for name in _KEY_NAMES]


def _is_in_period(table: FromClause) -> ColumnElement[bool]:
    return and_(*(table.c[name] == periods.c[name] for name in _KEY_NAMES))


def _is_account(table: Table) -> ColumnElement[bool]:
    is_workspace = table.c.workspace == bindparam("workspace")
    return and_(is_workspace, table.c.person == bindparam("person"))


def _select_keys() -> Subquery:
    """Return a UNION of period keys: fed by the team, or with the account or a teammate listed."""
    # Not IN, whose expanding parameter SQLAlchemy would render again for each execution.
    is_in_ledger = (feeds.c.ledger == TOTAL) | (feeds.c.ledger == BREAKDOWN)
    is_fed = and_(is_in_ledger, feeds.c.team == _TEAM)
    is_listed_in_team = and_(
        rosters.c.team == _TEAM,
        rosters.c.workspace == period_members.c.workspace,
        rosters.c.person == period_members.c.person,
    )
    is_linked = and_(
        linked_accounts.c.workspace == period_members.c.workspace,
        linked_accounts.c.person == period_members.c.person,
    )
    is_main_in_team = and_(
        rosters.c.team == _TEAM,
        rosters.c.workspace == linked_accounts.c.same_workspace,
        rosters.c.person == linked_accounts.c.same_person,
    )
    member_keys = _key_columns(period_members)
    return union(
        select(*_key_columns(feeds)).where(is_fed),
        select(*member_keys).where(_is_account(period_members)),
        select(*member_keys).join(rosters, is_listed_in_team),
        select(*member_keys).join(linked_accounts, is_linked).join(rosters, is_main_in_team),
    ).subquery("form_period")


def _build_query() -> Select[Any]:
    """Return the SELECT of each period once, with its record's body and three boolean columns."""
    keys = _select_keys()
    in_keys = and_(*(keys.c[name] == periods.c[name] for name in _KEY_NAMES))
    team_feeds = feeds.alias("team_feed")
    feeds_period = (
        exists()
        .where(_is_in_period(team_feeds), team_feeds.c.team == _TEAM)
        .correlate(periods)  # also within the condition on the feeds of all teams below
    )
    is_supervisor = and_(
        _is_account(roles), roles.c.role == Role.SUPERVISOR.value, roles.c.team == feeds.c.team
    )
    # If the present team feeds the period, only the roles in that team count.
    is_deciding = (feeds.c.team == _TEAM) | ~feeds_period
    supervises = exists().where(_is_in_period(feeds), is_supervisor, is_deciding)
    return (
        select(
            periods,
            ledger_records.c.body,
            feeds_period.label("is_fed"),
            exists()
            .where(_is_in_period(period_members), _is_account(period_members))
            .label("is_listed"),
            supervises.label("is_supervised"),
        )
        .join(keys, in_keys)
        .outerjoin(ledger_records, _is_in_period(ledger_records))
        .where(periods.c.closes_at > bindparam("now"))
        .order_by(periods.c.ledger.desc(), periods.c.closes, periods.c.unit)
    )


SELECT_FORM_PERIODS = _build_query()
"""Built once; binds ``team``, ``workspace`` and ``person`` of the main account, and ``now``."""
