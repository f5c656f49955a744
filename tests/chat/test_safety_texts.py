"""The service's own safety text in every form that has a banner."""

import pytest

from bot.elements import Banner, Form
from tests.chat import screens

OWN_TEXT = "Call <1> or **2**."
LANGUAGES = screens.CATALOGUE.languages


def banner_texts(form: Form) -> list[str]:
    """Return the texts of the banners of a form, in order."""
    return [element.text for element in form.body if isinstance(element, Banner)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_with_a_banner_has_the_text(language: str) -> None:
    """The debrief, the guides, the deeper questions and the check-in show it below a banner."""
    texts = {language.partition("-")[0]: OWN_TEXT}
    words = screens.CATALOGUE.add_safety_texts(texts).get_pack(language)
    names = set()
    for form in screens.iter_forms(words):
        banners = banner_texts(form)
        if words.translate("safety.banner") in banners:
            names.add(form.name)
            assert banners[-1] == OWN_TEXT
        else:
            assert OWN_TEXT not in banners

    assert names >= {"debrief", "guide", "deeper", "checkin", "followup"}
