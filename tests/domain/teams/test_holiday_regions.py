from bot.content.catalogue import Catalogue
from bot.domain.teams import holiday_regions
from bot.public_holidays import is_known_region
from tests.doubles import words_in_all_languages

__all__ = ["words_in_all_languages"]


def test_every_region_on_offer_is_known() -> None:
    """Nobody can choose one whose holidays are then not kept."""
    assert [one for one in holiday_regions.OFFERED_REGIONS if not is_known_region(one)] == []


def test_the_menu_fits_and_names_each_region_in_every_language(
    words_in_all_languages: Catalogue,
) -> None:
    """A hundred entries at most, none of them first, and a team's own one among them."""
    for tag in words_in_all_languages.languages:
        words = words_in_all_languages.get_pack(tag)
        menu = holiday_regions.build_region_options("US-NY", words)

        assert len(menu) <= 100
        assert menu[0].code == holiday_regions.NO_REGION_CODE
        assert "US-NY" in {one.code for one in menu}
        assert len({one.label for one in menu}) == len(menu)
    assert words_in_all_languages.get_pack("en").region_name("CA-QC") == "Canada (QC)"
    assert words_in_all_languages.get_pack("fr-CA").region_name("DE") == "Allemagne"
