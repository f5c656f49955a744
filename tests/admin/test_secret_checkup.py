"""The check-up names rows that need an earlier secret, and rotations that were interrupted."""

from functools import partial
from pathlib import Path

from bot.admin.secret_checkup import check_secrets
from bot.content.catalogue import load_catalogue
from bot.store import key_rotation
from bot.store.keys.key_id import InstallationKeyId, PepperKeyId
from bot.store.store import Store
from bot.workflows.secret_rotation import reseal_outdated, rotate_installation_key, rotate_pepper
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import NOW

NORTH = "slack:T0NORTH"


async def fill(folder: Path) -> str:
    """Store an installation with the older of two secrets; return the database's URL."""
    copy_empty_database(folder / "kept")
    url = f"sqlite:///{folder}/kept/attune.sqlite"
    store = open_test_store(url, PEPPERS[1:])
    await store.across_workspaces.write(
        lambda repos: repos.installations.save(NORTH, {"token": "xoxb"})
    )
    await store.close()
    return url


def list_names(store: Store) -> list[str]:
    """Return the last part of each finding's key; each is a fault, and has a sentence."""
    words = load_catalogue().get_pack("en")
    findings = check_secrets(store)
    assert not any(finding.is_healthy for finding in findings)
    assert all("rotate" in finding.render_sentence(words) for finding in findings)
    return [finding.key.rpartition(".")[2] for finding in findings]


async def test_rows_of_an_earlier_secret_are_a_finding(tmp_path: Path) -> None:
    """It ends with the rotation; a deployment with one secret has none."""
    url = await fill(tmp_path)
    older, both = open_test_store(url, PEPPERS[1:]), open_test_store(url, PEPPERS)
    names = [list_names(older), list_names(both)]
    await reseal_outdated(both)
    names.append(list_names(both))

    assert names == [[], ["secret_outdated"], []]
    await older.close()
    await both.close()


async def test_interrupted_rotations_are_findings(tmp_path: Path) -> None:
    """Each is one until the command has run to its end."""
    store = open_test_store(await fill(tmp_path), PEPPERS[1:])
    store.key_store.put(PepperKeyId(), b"g" * 32)
    names = []
    for workspace, key_id in (("", PepperKeyId()), (NORTH, InstallationKeyId(NORTH))):
        begin = partial(key_rotation.begin_replacement, key_id=key_id)
        assert await store.run_purge_step(begin, workspace, NOW)
        names.append(list_names(store))
    await rotate_installation_key(store, NORTH, NOW, destruction_delay_seconds=0)
    names.append(list_names(store))
    await store.across_workspaces.write(lambda repos: repos.secret_cipher.mark_pepper())
    await rotate_pepper(store, NOW, is_configured=True, destruction_delay_seconds=0)
    names.append(list_names(store))

    assert names == [
        ["secret_unfinished"],
        ["secret_outdated", "workspace_keys_unfinished"],
        ["secret_unfinished"],
        [],
    ]
    await store.close()
