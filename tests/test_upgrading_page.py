"""The page on upgrading is what the migrations declare."""

from dataclasses import replace

from bot.store.migration_declarations import load_declarations
from tests import upgrading_page
from tests.sources import ROOT


def test_the_committed_page_is_the_generated_one() -> None:
    """``docs/upgrading.md`` has every migration: ``python -m tests.upgrading_page`` writes it."""
    committed = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")

    assert committed == upgrading_page.render_page()


def test_the_page_follows_the_declarations() -> None:
    """Another declaration of the newest migration gives another row, in the first line."""
    (*_, newest) = load_declarations()
    changed = replace(
        newest,
        supports_since=newest.revision,
        supports_since_on_postgresql=newest.revision,
        rewritten_tables=("team", "person"),
    )
    (row,) = upgrading_page.iter_rows([changed])

    assert row == f"| {newest.revision} | no earlier one | `team`, `person` |"
