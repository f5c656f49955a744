"""The banner of a report about people who lack a team."""

from bot.content.catalogue import load_catalogue
from bot.domain.counts import reports
from bot.domain.counts.published_tables import ReportArchive
from bot.elements import Banner
from tests.sample_team import TEAM

WORDS = load_catalogue().get_pack("en")


def list_banners(archive: ReportArchive) -> list[str]:
    """Return the texts of the banners of a report."""
    body = reports.render_report(archive, None, WORDS).body
    return [element.text for element in body if isinstance(element, Banner)]


def test_supervisors_read_how_many_people_lack_a_team() -> None:
    """The number is for those who can change the list, and for no clinician."""
    banners = [
        list_banners(ReportArchive(TEAM, (), None, reads_by_role=reads_by_role, unlisted_count=2))
        for reads_by_role in (True, False)
    ]

    assert banners == [[WORDS.translate("debriefs.unlisted", count=2)], []]


def test_a_report_of_a_team_without_lack_has_no_banner() -> None:
    """With everybody on a list the report is as it was."""
    assert list_banners(ReportArchive(TEAM, (), None)) == []
