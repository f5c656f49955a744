"""The operator's command on the secret that seals tokens: its output, and its exit status."""

import asyncio
from pathlib import Path

import pytest

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PepperKeyId
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.journeys.botprocess import PEPPER, BotProcess

UNREACHABLE_API_URL = "http://127.0.0.1:9/api/"
NEW = "a-newer-made-up-pepper-of-32-characters"
WORKSPACE = "slack:T0NORTH"


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """A bot process with a migrated database."""
    process = BotProcess(tmp_path, UNREACHABLE_API_URL)
    assert process.run_command("migrate").returncode == 0
    return process


def seal_rows(bot: BotProcess, pepper: bytes) -> None:
    """Store an installation and the mark with *pepper*."""

    def write(repos: Repositories) -> None:
        repos.installations.save(WORKSPACE, {"token": "xoxb-north"})
        repos.secret_cipher.mark_pepper()

    store = Store.open(f"sqlite:///{bot.database_file}", (pepper,), FolderKeyStore(bot.keys_folder))
    with asyncio.Runner() as runner:
        runner.run(store.across_workspaces.write(write))
        runner.run(store.close())


def test_secret_of_the_settings_is_replaced(bot: BotProcess) -> None:
    """After the old one is proved to be needed by nothing, the bot runs with the new one alone."""
    seal_rows(bot, PEPPER.encode())
    both = f"{NEW},{PEPPER}"

    results = [
        bot.run_command("secret", "rotate", *options, PEPPER=peppers)
        for options, peppers in (
            (("--dry-run",), both),
            ((), both),
            ((), both),
            ((), NEW),
            ((), PEPPER),
        )
    ]

    assert [result.returncode for result in results] == [0, 0, 0, 0, 2]
    assert "Nothing was changed. 2 rows would be sealed again." in results[0].stderr
    assert "Restart every process with the new PEPPER before" in results[1].stderr
    assert "2 rows were sealed again." in results[1].stderr
    assert "nothing needs the others. Take them out of PEPPER" in results[1].stderr
    assert "0 rows were sealed again." in results[2].stderr
    assert "PEPPER has one secret, and it alone opens all 2 rows" in results[3].stderr
    assert "PEPPER: decrypts none of the secrets" in results[4].stderr
    assert "xoxb" not in "".join(result.stdout + result.stderr for result in results)


def test_generated_secret_is_replaced(bot: BotProcess) -> None:
    """Without PEPPER the command makes the new one, and destroys the one before it."""
    key_store = FolderKeyStore(bot.keys_folder)
    old = key_store.get_or_create(PepperKeyId())
    seal_rows(bot, old)

    dry_run = bot.run_command("secret", "rotate", "--dry-run", PEPPER="")
    pepper_after_dry_run = key_store.get(PepperKeyId())
    rotation = bot.run_command("secret", "rotate", PEPPER="")

    assert (dry_run.returncode, rotation.returncode) == (0, 0)
    assert "2 rows would be sealed again." in dry_run.stderr
    assert pepper_after_dry_run == old
    assert "the new secret alone opens all 2 rows" in rotation.stderr
    assert "The earlier one is destroyed." in rotation.stderr
    assert key_store.get(PepperKeyId()) not in {None, old}


def test_generated_secret_stays_until_a_process_runs_with_the_configured_one(
    bot: BotProcess,
) -> None:
    """Before, the command says that every process is to be restarted, changes nothing and fails."""
    key_store = FolderKeyStore(bot.keys_folder)
    old = key_store.get_or_create(PepperKeyId())
    seal_rows(bot, old)

    early = bot.run_command("secret", "rotate", PEPPER=NEW)
    seal_rows(bot, NEW.encode())
    later = bot.run_command("secret", "rotate", PEPPER=NEW)

    assert (early.returncode, later.returncode) == (1, 0)
    for result in (early, later):
        assert "Restart every process with the new PEPPER before" in result.stderr
    assert "The generated secret is kept, and nothing was changed" in early.stderr
    assert key_store.get(PepperKeyId()) is None
    assert "it alone opens all 2 rows" in later.stderr


def test_workspace_gets_a_new_key(bot: BotProcess) -> None:
    """Its key file has another content, and its trail an entry; without an installation none."""
    seal_rows(bot, PEPPER.encode())
    (key_file,) = bot.keys_folder.glob("*.installation")
    old_key = key_file.read_bytes()

    rotation = bot.run_command("workspace", "rotate-keys", "T0NORTH")
    refusal = bot.run_command("workspace", "rotate-keys", "T0OTHER")
    trails = [bot.run_command("audit", *place) for place in ((), ("T0NORTH",), ("T0OTHER",))]

    assert (rotation.returncode, refusal.returncode) == (0, 2)
    assert "the earlier key is destroyed" in rotation.stderr
    assert list(bot.keys_folder.glob("*.installation")) == [key_file]
    assert key_file.read_bytes() != old_key
    assert "WORKSPACE: no installation of its own is stored" in refusal.stderr
    assert [trail.returncode for trail in trails] == [0, 0, 0]
    assert "T0NORTH  the people who run Attune here gave" in trails[0].stdout
    assert trails[0].stdout == trails[1].stdout
    assert trails[2].stdout == ""
    assert "No installation, deletion or rotation is recorded." in trails[2].stderr
