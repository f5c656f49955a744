"""The doctor says how many people lack a team, and never who."""

from pathlib import Path

from bot.admin import team_checkup
from bot.content import catalogue
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.sample_counts import build_clinicians, build_team, open_periods


async def test_people_without_a_list_are_a_note(tmp_path: Path) -> None:
    """With everybody on a list there is no finding; a removal is a note with their number."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    await open_periods(store, (build_team("north"), 9))
    before = team_checkup.check_unlisted_members(store)
    await store.across_workspaces.write(
        lambda repos: repos.teams.declare_clinicians("north", build_clinicians("north", 7))
    )

    (finding,) = team_checkup.check_unlisted_members(store)
    await store.close()

    sentence = finding.render_sentence(catalogue.load_catalogue().get_pack("en"))
    assert before == ()
    assert finding.is_healthy
    assert sentence.startswith("Note: 2 people count in an open period and are on no team's list")
