"""Move a person's roster row and encrypted slot to another team."""

from sqlalchemy import Connection, bindparam, delete

from bot.conversation import Person
from bot.store.repositories.team_slots import TeamSlots
from bot.store.schema import rosters
from bot.store.upsert import insert_missing_rows

_DELETE_JOINED_ELSEWHERE = delete(rosters).where(
    rosters.c.workspace == bindparam("workspace"),
    rosters.c.person == bindparam("person"),
    rosters.c.team != bindparam("team"),
    ~rosters.c.declared,
)


def move_to_roster(
    connection: Connection, slots: TeamSlots, person: Person, old_team_id: str, team_id: str
) -> None:
    """Insert the roster row of *person* in *team_id*, and move their slot from *old_team_id*.

    Their rows in other teams are deleted, unless ``declared`` is true. Idempotent: an existing row
    of *team_id* is unchanged.
    """
    key_columns = {"team": team_id, "workspace": person.workspace, "person": person.id}
    connection.execute(_DELETE_JOINED_ELSEWHERE, key_columns)
    insert_missing_rows(connection, rosters, [{**key_columns, "declared": False}])
    slots.ensure_slots(team_id)
    slots.move_slot(person, old_team_id, team_id)
