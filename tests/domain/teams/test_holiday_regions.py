from bot.content.catalogue import Catalogue
from bot.domain.teams import holiday_regions
from bot.public_holidays import is_known_region
from tests.doubles import words_in_all_languages

__all__ = ["words_in_all_languages"]


def test_every_offered_region_has_data() -> None:
    """Every offered region has holiday data."""
    assert [code for code in holiday_regions.OFFERED_REGIONS if not is_known_region(code)] == []


def test_the_menu_is_complete_in_every_language(
    words_in_all_languages: Catalogue,
) -> None:
    """The menu has at most a hundred options, "none" first, including the team's own region."""
    for tag in words_in_all_languages.languages:
        words = words_in_all_languages.get_pack(tag)
        options = holiday_regions.build_region_options("US-NY", words)

        assert len(options) <= 100
        assert options[0].code == holiday_regions.NO_REGION_CODE
        assert "US-NY" in {option.code for option in options}
        assert len({option.label for option in options}) == len(options)
    assert words_in_all_languages.get_pack("en").region_name("CA-QC") == "Canada (QC)"
    assert words_in_all_languages.get_pack("fr-CA").region_name("DE") == "Allemagne"
