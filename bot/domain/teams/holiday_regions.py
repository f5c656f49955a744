"""The public holiday regions of the set-up form: countries, and parts of some countries."""

from bot.content.catalogue import LanguagePack
from bot.elements import Option

NO_REGION_CODE = "none"
"""The option code of a team without public holidays."""

_REGION_CODES = """
AR AT AU-ACT AU-NSW AU-NT AU-QLD AU-SA AU-TAS AU-VIC AU-WA BE BR
CA CA-AB CA-BC CA-MB CA-NB CA-NL CA-NS CA-NT CA-NU CA-ON CA-PE CA-QC CA-SK CA-YT
CH CL CN CO CR CZ DE DE-BB DE-BE DE-BW DE-BY DE-HB DE-HE DE-HH DE-MV DE-NI DE-NW DE-RP
DE-SH DE-SL DE-SN DE-ST DE-TH DK ES FI FR GB-ENG GB-NIR GB-SCT GB-WLS GR HK HU IE IL IN
IS IT JP KE KR LT LU LV MA MO MX MY NG NL NO NZ PE PH PL PT RO SE SG SI SK TH TN TR TW
UA US UY VN ZA
"""

OFFERED_REGIONS = tuple(_REGION_CODES.split())
"""The offered region codes; a menu holds a hundred options, and a team file accepts any region."""


def build_region_options(current_region: str, words: LanguagePack) -> tuple[Option, ...]:
    """Build the option "none" and the sorted region options, including *current_region*."""
    regions = sorted(
        (words.region_name(code), code)
        for code in {*OFFERED_REGIONS, *filter(None, [current_region])}
    )
    none_option = Option(NO_REGION_CODE, words.translate("supervision.form.holidays_none"))
    return (none_option, *(Option(code, name) for name, code in regions))
