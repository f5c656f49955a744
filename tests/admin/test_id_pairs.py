"""The file of former and new ids: what is read, and every fault of it at its line."""

from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest

from bot.admin.id_pairs import read_id_pairs
from bot.errors import FaultyInputError

TENANT_IDS = [str(uuid5(NAMESPACE_OID, name)).upper() for name in ("old", "new")]


@pytest.mark.parametrize(
    "content",
    [
        b"U0A,W0A\nU0B,W0B\n",
        b"Old,New\r\n\r\nU0A, W0A\r\nU0B,W0B",
        "\ufeffold;new\nU0A;W0A\nU0B;W0B\n".encode(),
        "old,new\nU0A,W0A\nU0B,W0B\n".encode("utf-16"),
    ],
    ids=["bare", "windows", "semicolons-and-mark", "utf-16"],
)
def test_pairs_are_read_however_they_were_saved(tmp_path: Path, content: bytes) -> None:
    """With or without a header, a byte order mark, blank lines and spaces."""
    path = tmp_path / "pairs.csv"
    path.write_bytes(content)

    pairs = [(pair.old_id, pair.new_id) for pair in read_id_pairs(path)]

    assert pairs == [("U0A", "W0A"), ("U0B", "W0B")]


def test_microsoft_ids_are_read_in_small_letters(tmp_path: Path) -> None:
    """Incoming activities are parsed so, too."""
    path = tmp_path / "pairs.csv"
    path.write_text(",".join(TENANT_IDS))

    (pair,) = read_id_pairs(path)

    assert [pair.old_id, pair.new_id] == [id_.lower() for id_ in TENANT_IDS]


def test_every_fault_is_reported_at_its_line(tmp_path: Path) -> None:
    """Malformed lines first, then ids that are on two lines or on both sides of one."""
    path = tmp_path / "pairs.csv"
    path.write_text("old,new\nU0A,W0A\nU0B\nU0C,W0 C\nU0D,W0A\nU0E,U0E\nU0F,W0F\n")

    with pytest.raises(FaultyInputError) as error:
        read_id_pairs(path)

    faults = [(fault.location, fault.key) for fault in error.value.faults]
    assert faults == [
        (f"{path}:{line}", f"operator.team.{key}")
        for line, key in (
            (3, "pair_malformed"),
            (4, "pair_malformed"),
            (2, "pair_twice"),
            (5, "pair_twice"),
            (6, "pair_twice"),
        )
    ]


def test_a_file_without_pairs_is_a_fault(tmp_path: Path) -> None:
    """A header alone renames nobody."""
    path = tmp_path / "pairs.csv"
    path.write_text("old,new\n")

    with pytest.raises(FaultyInputError) as error:
        read_id_pairs(path)

    assert [fault.location for fault in error.value.faults] == [str(path)]
