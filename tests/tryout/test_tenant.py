import uuid
from datetime import UTC, datetime

from bot.tryout import people, tenant, trying_teams
from bot.tryout.tenant import cast, config

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_the_practice_has_ids_as_microsoft_gives_them() -> None:
    """Everybody is somebody else, under a GUID, in a team with a channel of Teams."""
    who = cast()

    assert len({uuid.UUID(one.id) for one in who.personas}) == len(who.personas)
    assert {one.role for one in who.personas} == {"clinician", "supervisor", "director", "admin"}
    assert [crew.channel for crew in who.crews] == [tenant.CHANNEL]


def test_its_team_is_declared_under_its_tenant() -> None:
    """The operator's file names Microsoft's tenant, and no Slack workspace."""
    told = people.declared(cast(), tenant.TENANT)

    assert f'workspace = "{tenant.TENANT}"' in told
    assert people.TEAM not in told
    assert told.count("00000000-0000-4000-8000-") > 10


def test_the_playground_shows_oneself_and_five_others() -> None:
    """It takes that many and no more; one is never among the others."""
    who = cast()
    me = trying_teams.somebody("supervisor")

    told = config(who, me)
    others = [one["aadObjectId"] for one in told["users"]]

    assert told["currentUser"]["name"] == me.name
    assert len(others) == 5
    assert me.id not in others
    assert told["tenantId"] == tenant.TENANT
    ids = [told[one]["id"] for one in ("personalChat", "groupChat", "team")]
    assert len({*ids, tenant.CHANNEL}) == 4


def test_a_visitor_is_somebody_by_role_or_by_name() -> None:
    """Without a word, or with one that nobody bears, one is a clinician."""
    supervisor = trying_teams.somebody("supervisor")

    assert supervisor.role == "supervisor"
    assert trying_teams.somebody(supervisor.name) == supervisor
    assert {trying_teams.somebody(said).role for said in ("", "nobody")} == {"clinician"}
