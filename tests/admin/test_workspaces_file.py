"""Validation of the workspaces file: what is a clinic's own, and every fault with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin.workspaces_file import WorkspaceEntry, read_workspaces
from bot.content.catalogue import load_catalogue
from bot.errors import FaultyInputError
from bot.retention_periods import (
    DEFAULT_RETENTION,
    MIN_AUDIT_MONTHS,
    MIN_TABLE_MONTHS,
    RetentionPeriods,
)

CATALOGUE = load_catalogue()
TENANT = "11111111-2222-4333-8444-AAAAAAAAAAAA"
LIMITED = RetentionPeriods(18, 12)
COMPLETE_FILE = f"""
[[workspace]]
id = "T0NORTH"
cards = "north/cards"
tables_retention_months = 6
audit_retention_months = 3

[workspace.safety]
fr = "Appelez  le 1."
en = "Call 1."

[[workspace]]
id = ["T0SOUTH", "{TENANT}"]
safety = {{ zh = "请拨打 2。" }}
"""
FAULTS = {
    "tables_retention_months = 5": ("3", "tables_retention_months"),
    "tables_retention_months = 19": ("3", "tables_retention_months"),
    'tables_retention_months = "6"': ("3", "tables_retention_months"),
    "tables_retention_months = 6.5": ("3", "tables_retention_months"),
    "tables_retention_months = true": ("3", "tables_retention_months"),
    "audit_retention_months = 2": ("3", "audit_retention_months"),
    "audit_retention_months = 13": ("3", "audit_retention_months"),
    "audit_retention_months = -1": ("3", "audit_retention_months"),
    "cards = 1": ("3", "cards"),
    'cards = " "': ("3", "cards"),
    'safety = "Call 1."': ("3", "safety"),
    "safety = {}": ("3", "safety"),
    'safety = { en = " " }': ("3", "safety"),
    f'safety = {{ en = "{"x" * 301}" }}': ("3", "safety"),
    r'safety = { en = "bell \u0007" }': ("3", "safety"),
    "safety = { en = 1 }": ("3", "safety"),
    'id = "T0OTHER"': ("3", "not_toml"),
    "safety = { en = ": ("3", "not_toml"),
}
"""The line after the id of the only entry, and where and how its fault is reported."""


def read_file(
    folder: Path, text: str, max_retention: RetentionPeriods = LIMITED
) -> tuple[WorkspaceEntry, ...]:
    """Write *text* to a file in *folder* and read it."""
    file = folder / "workspaces.toml"
    file.write_text(text, encoding="utf-8")
    return read_workspaces(file, max_retention)


def read_faults(folder: Path, text: str) -> list[tuple[str, str, str]]:
    """Return the line, the key and the sentence in every language of each fault in *text*."""
    with pytest.raises(FaultyInputError) as error:
        read_file(folder, text)
    packs = [CATALOGUE.get_pack(language) for language in CATALOGUE.languages]
    return [
        (
            fault.location.removeprefix(f"{folder / 'workspaces.toml'}:"),
            fault.key.rpartition(".")[2],
            " ".join(pack.translate(fault.key, **fault.facts) for pack in packs),
        )
        for fault in error.value.faults
    ]


def test_a_complete_file_is_parsed(tmp_path: Path) -> None:
    """Folders begin at the file, texts are ordered, and an organisation has one entry."""
    north, south = read_file(tmp_path, COMPLETE_FILE)

    assert north == WorkspaceEntry(
        ("slack:T0NORTH",),
        tmp_path / "north/cards",
        {"en": "Call 1.", "fr": "Appelez le 1."},
        RetentionPeriods(6, 3),
        f"{tmp_path / 'workspaces.toml'}:4",
    )
    assert list(north.safety_texts or {}) == ["en", "fr"]
    assert south.workspaces == ("slack:T0SOUTH", f"msteams:{TENANT.lower()}")
    assert (south.cards_folder, south.safety_texts) == (None, {"zh": "请拨打 2。"})
    assert south.retention == LIMITED


def test_an_empty_file_has_no_entries(tmp_path: Path) -> None:
    """A file may be there before the first clinic has anything of its own."""
    assert read_file(tmp_path, "# nothing yet\n") == ()


@pytest.mark.parametrize(("line", "fault"), FAULTS.items(), ids=list(FAULTS))
def test_a_fault_is_reported_with_its_line(
    tmp_path: Path, line: str, fault: tuple[str, str]
) -> None:
    """Every malformed value names its line, and is not repeated."""
    faults = read_faults(tmp_path, f'[[workspace]]\nid = "T0NORTH"\n{line}\n')

    assert [(number, key) for number, key, _ in faults] == [fault]
    assert "xxx" not in faults[0][2]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[workspace]]\ncards = 'c'\n", ("1", "id")),
        ("[[workspace]]\nid = []\n", ("2", "id")),
        ("[[workspace]]\nid = 'north'\n", ("2", "id")),
        ("[[workspace]]\nid = 'E0CLINICS'\n", ("2", "id")),
        ("[[workspace]]\nid = ['T0NORTH', 'C0NORTH']\n", ("2", "id")),
        ("[[workspace]]\nid = 'T0NORTH'\n[[workspace]]\nid = 'T0NORTH'\n", ("4", "id_twice")),
        ("[[workspace]]\nid = ['T0NORTH', 'T0NORTH']\n", ("2", "id_twice")),
        ("[[workspace]]\nid = 'T0NORTH'\ntables_months = 6\n", ("3", "unknown_key")),
        ("[[workspace]]\nid = 'T0N'\nsafety = { de = 'Ruf' }\n", ("3", "unknown_key")),
        ("\n[[workspaces]]\nid = 'T0NORTH'\n", ("2", "unknown_key")),
        ("workspace = 'T0NORTH'\n", ("1", "workspace")),
        ("[workspace]\nid = 'T0NORTH'\n", ("1", "workspace")),
    ],
)
def test_a_malformed_entry_is_reported_with_its_line(
    tmp_path: Path, text: str, fault: tuple[str, str]
) -> None:
    """Also a heading or a key that is misspelt, and a workspace with two entries."""
    assert [(number, key) for number, key, _ in read_faults(tmp_path, text)] == [fault]


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    """Of several entries, so that one correction is enough."""
    text = "[[workspace]]\nid = 'T0NORTH'\ncards = 1\n" * 2 + "[[workspace]]\nsafety = 1\n"

    assert [(number, key) for number, key, _ in read_faults(tmp_path, text)] == [
        ("3", "cards"),
        ("6", "cards"),
        ("7", "id"),
        ("8", "safety"),
    ]


def test_the_refusal_names_the_deployment_s_bounds(tmp_path: Path) -> None:
    """The operator reads both bounds, the longer one as the deployment sets it."""
    text = "[[workspace]]\nid = 'T0NORTH'\ntables_retention_months = 19\n"
    ((_, _, sentence),) = read_faults(tmp_path, text)

    assert sentence.count("6") == sentence.count("18") == 3


def test_an_unreadable_file_is_a_fault_of_its_path(tmp_path: Path) -> None:
    """A path that leads nowhere is named."""
    with pytest.raises(FaultyInputError) as error:
        read_workspaces(tmp_path / "missing.toml", DEFAULT_RETENTION)

    assert [fault.location for fault in error.value.faults] == [str(tmp_path / "missing.toml")]


MONTHS = st.integers(-1, 26)


@given(
    st.builds(RetentionPeriods, st.integers(MIN_TABLE_MONTHS, 24), st.integers(3, 24)),
    MONTHS | st.none(),
    MONTHS | st.none(),
)
def test_no_entry_lengthens_a_period(
    tmp_path_factory: pytest.TempPathFactory,
    max_retention: RetentionPeriods,
    table_months: int | None,
    audit_months: int | None,
) -> None:
    """Whatever numbers a file has, it is refused or shortens the deployment's periods."""
    declared = {"tables_retention_months": table_months, "audit_retention_months": audit_months}
    lines = [f"{name} = {months}" for name, months in declared.items() if months is not None]
    text = "\n".join(["[[workspace]]", "id = 'T0NORTH'", *lines])
    file = tmp_path_factory.getbasetemp() / "entry.toml"
    file.write_text(text)
    try:
        (entry,) = read_workspaces(file, max_retention)
    except FaultyInputError:
        assert not (
            MIN_TABLE_MONTHS <= (table_months or MIN_TABLE_MONTHS) <= max_retention.table_months
            and MIN_AUDIT_MONTHS <= (audit_months or MIN_AUDIT_MONTHS) <= max_retention.audit_months
        ) or 0 in {table_months, audit_months}
        return

    assert MIN_TABLE_MONTHS <= entry.retention.table_months <= max_retention.table_months
    assert MIN_AUDIT_MONTHS <= entry.retention.audit_months <= max_retention.audit_months
    assert entry.retention.tables <= max_retention.tables
    assert entry.retention.audit <= max_retention.audit
