"""Where a key folder would not outlive a restart."""

from pathlib import Path

import pytest

from bot.admin.key_location import LocationRisk, Machine, find_location_risks, read_machine

MOUNTS = r"""
/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw,nosuid 0 0
/dev/sdb1 /srv/the\040keys xfs rw 0 0
overlay /container overlay rw,lowerdir=/l 0 0
/dev/sdc1 /container/volume ext4 rw 0 0
tmpfs /hidden tmpfs rw 0 0
/dev/sdd1 /hidden ext4 rw 0 0
malformed
"""


@pytest.mark.parametrize(
    ("folder", "risks"),
    [
        ("/run/attune-keys", (LocationRisk.MEMORY,)),
        ("/run", (LocationRisk.MEMORY,)),
        ("/runtime/keys", (LocationRisk.OUTSIDE_HOME,)),
        ("/srv/the keys/attune", ()),
        ("/container/root/attune-keys", (LocationRisk.CONTAINER,)),
        ("/container/volume/keys", ()),
        ("/hidden/keys", ()),
        ("/srv/keys", (LocationRisk.OUTSIDE_HOME,)),
    ],
)
def test_mount_decides_whether_a_folder_survives(
    tmp_path: Path, folder: str, risks: tuple[LocationRisk, ...]
) -> None:
    """Memory and container layers are risks, mounted volumes are none."""
    assert find_location_risks(Path(folder), Machine(MOUNTS, tmp_path)) == risks


def test_folder_in_the_home_is_no_risk(tmp_path: Path) -> None:
    """A folder below the home, which need not exist yet, is accepted on the root file system."""
    machine = Machine("/dev/sda1 / ext4 rw 0 0\n", tmp_path)

    assert find_location_risks(tmp_path / ".local/state/attune-keys", machine) == ()


@pytest.mark.parametrize("home", [None, Path("/"), Path("/nonexistent")])
def test_user_without_a_home_has_no_safe_default(home: Path | None) -> None:
    """A system user's missing home, or the root folder, does not count as a home."""
    machine = Machine("/dev/sda1 / ext4 rw 0 0\n", home)

    assert find_location_risks(Path("/nonexistent/.local/state/attune-keys"), machine) == (
        LocationRisk.OUTSIDE_HOME,
    )


def test_own_memory_file_system_is_recognized() -> None:
    """On this machine the shared memory, which Linux always mounts, is a risk."""
    assert find_location_risks(Path("/dev/shm/attune-keys"), read_machine()) == (
        LocationRisk.MEMORY,
    )
