"""File names of keys."""

from hypothesis import given
from hypothesis import strategies as st

from bot.store.keys.key_id import PepperKeyId, PeriodKeyId, StoredKey, TeamKeyId, parse_file_name

INSTANTS = st.integers(min_value=0, max_value=10**12)


@given(workspace=st.text(), closes_at=INSTANTS)
def test_period_name_contains_its_end(workspace: str, closes_at: int) -> None:
    """From a period's file name its kind and its end can be read, and nothing else."""
    name = PeriodKeyId(workspace, closes_at).file_name

    assert parse_file_name(name) == StoredKey(name, "period", closes_at)


@given(team_id=st.text())
def test_team_name_contains_its_kind(team_id: str) -> None:
    """From a team's file name its kind can be read."""
    name = TeamKeyId(team_id).file_name

    assert parse_file_name(name) == StoredKey(name, "team")


@given(workspaces=st.sets(st.text(), min_size=2, max_size=2), closes_at=INSTANTS)
def test_tenants_have_different_names(workspaces: set[str], closes_at: int) -> None:
    """The keys of two tenants whose periods end together have different names."""
    names = {PeriodKeyId(workspace, closes_at).file_name for workspace in workspaces}

    assert len(names) == 2


def test_name_is_a_plain_file_name() -> None:
    """A name needs no escaping on any file system, and does not contain the tenant's id."""
    name = PeriodKeyId("slack:../T0NORTH", 1_775_000_000).file_name

    assert name.endswith("-1775000000.period")
    assert set(name) <= set("0123456789abcdef-.period")
    assert "NORTH" not in name


def test_other_files_are_no_keys() -> None:
    """The pepper, temporary files and names of other programs are not listed as keys."""
    period, team = PeriodKeyId("slack:T1", 5).file_name, TeamKeyId("north").file_name
    others = [
        PepperKeyId().file_name,
        "CACHEDIR.TAG",
        f"{period}.0123456789abcdef.new",
        f"{period}.0123456789abcdef.old",
        team.replace(".team", ".period"),
        period.replace(".period", ".team"),
    ]

    assert [parse_file_name(name) for name in others] == [None] * len(others)
