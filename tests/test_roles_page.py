"""The page on roles is the permission table."""

from bot.domain.permission_table import PERMISSION_TABLE, Subject
from bot.domain.permissions import AccessRole, Grant
from tests import roles_page
from tests.sources import ROOT


def test_the_committed_page_is_the_generated_one() -> None:
    """``docs/roles.md`` is what the table in code says."""
    committed = (ROOT / "docs/roles.md").read_text(encoding="utf-8")

    assert committed == roles_page.render_page()


def test_the_page_has_every_way_in_and_every_word() -> None:
    """No row, role, cell or subject is without its words on the page."""
    assert list(roles_page.COLUMNS) == list(AccessRole)
    assert set(roles_page.CELLS) == set(Grant)
    assert set(roles_page.SUBJECTS) == set(Subject)
    assert set(roles_page.SECTIONS) == set(PERMISSION_TABLE)
    page = roles_page.render_page()
    assert sum(line.startswith("| `") for line in page.splitlines()) == sum(
        len(rows) for rows in PERMISSION_TABLE.values()
    )
