from bot.content.catalogue import Catalogue
from bot.domain.teams import holiday_regions
from bot.public_holidays import is_known_region
from tests.doubles import full_catalogue

__all__ = ["full_catalogue"]


def test_every_offered_region_has_data() -> None:
    """Every offered region has holiday data."""
    assert [code for code in holiday_regions.OFFERED_REGIONS if not is_known_region(code)] == []


def test_the_menu_is_complete_in_every_language(
    full_catalogue: Catalogue,
) -> None:
    """The menu has at most a hundred options, "none" first, including the team's own region."""
    for tag in full_catalogue.languages:
        words = full_catalogue.get_pack(tag)
        options = holiday_regions.build_region_options("US-NY", words)

        assert len(options) <= 100
        assert options[0].code == holiday_regions.NO_REGION_CODE
        assert "US-NY" in {option.code for option in options}
        assert len({option.label for option in options}) == len(options)
    assert full_catalogue.get_pack("en").region_name("CA-QC") == "Canada (QC)"
    assert full_catalogue.get_pack("fr-CA").region_name("DE") == "Allemagne"
