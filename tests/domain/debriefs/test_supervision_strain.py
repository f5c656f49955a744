"""The guide for a strain in supervision itself, over every role and every answer."""

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.debriefs import supervision_strain
from bot.domain.debriefs.guide_layout import count_visible_words
from bot.elements import Banner, ChoiceField, Form, Quote, Text
from bot.errors import UnknownAnswerError

CATALOGUE = load_catalogue()
LANGUAGE_PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
WORDS = CATALOGUE.get_pack("en")
ROLES, STRAINS = (
    [option.code for option in WORDS.questions[name].options]
    for name in supervision_strain.QUESTION_IDS
)

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)


def build_guide(role: str, strain: str, words: LanguagePack = WORDS) -> Form:
    """Build the guide of a role and a strain."""
    answers = {"supervision_role": (role,), "supervision_strain": (strain,)}
    return supervision_strain.build_strain_guide(answers, words)


def quotes_of(guide: Form) -> list[str]:
    """Return the sentences to say of a guide."""
    return [element.text for element in guide.body if isinstance(element, Quote)]


@in_every_language
def test_the_form_has_two_questions_below_the_banner(words: LanguagePack) -> None:
    """Two required answers, at most ten options each, titles within their limit."""
    form = supervision_strain.build_strain_form(words)
    fields = [element for element in form.body if isinstance(element, ChoiceField)]

    assert form.body[0] == Banner(words.translate("safety.banner"))
    assert [field.id for field in fields] == list(supervision_strain.QUESTION_IDS)
    assert all(field.required and field.max_selected == 1 for field in fields)
    assert max(map(len, (form.title, form.submit, form.close))) <= 24


@in_every_language
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("strain", STRAINS)
def test_a_guide_is_read_on_a_phone(role: str, strain: str, words: LanguagePack) -> None:
    """Every guide has its six steps, nothing to submit and at most 150 words between banners."""
    guide = build_guide(role, strain, words)
    titles = [line for key, line in words.supervision_guide.items() if key.startswith("step.")]
    lines = [element for element in guide.body if isinstance(element, Text | Quote)]
    texts = "\n".join(element.text for element in lines)

    assert not guide.submit
    assert all(f"**{title}" in texts for title in titles)
    assert count_visible_words(lines) <= 150


def test_no_two_guides_are_the_same() -> None:
    """Each role and each strain has a part and a sentence of its own."""
    guides = [build_guide(role, strain).body for role in ROLES for strain in STRAINS]

    assert len(set(guides)) == len(ROLES) * len(STRAINS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("strain", STRAINS)
def test_a_guide_has_one_first_sentence_unless_a_boundary_was_crossed(
    role: str, strain: str
) -> None:
    """There is one sentence to begin with, and none to say to whoever crossed a boundary."""
    expected = 0 if strain == supervision_strain.CROSSED else 1

    assert len(quotes_of(build_guide(role, strain))) == expected


@in_every_language
@pytest.mark.parametrize("role", ROLES)
def test_a_crossed_boundary_leads_with_the_banners_of_safety(
    role: str, words: LanguagePack
) -> None:
    """Where to get help now is first, and no line speaks of repair between the two."""
    guide = build_guide(role, supervision_strain.CROSSED, words)

    assert guide.body[:3] == tuple(
        Banner(words.translate(f"safety.{key}")) for key in ("banner", "unsafe", "not_watched")
    )


@in_every_language
def test_every_answer_has_its_lines(words: LanguagePack) -> None:
    """The lines of the guide are those of the roles and the strains, without one to spare."""
    spoken_strains = [strain for strain in STRAINS if strain != supervision_strain.CROSSED]
    branches = {*ROLES, supervision_strain.CROSSED}
    expected = {
        *(f"{section}.{code}" for section in ("settle", "wait", "elsewhere") for code in branches),
        *(f"shift.{code}" for code in STRAINS),
        *(f"part_{role}.{code}" for role in ROLES for code in STRAINS),
        *(f"say_{role}.{code}" for role in ROLES for code in spoken_strains),
        f"opening.{supervision_strain.CROSSED}",
    }

    assert {key for key in words.supervision_guide if not key.startswith("step.")} == expected


@pytest.mark.parametrize(
    "answers",
    [{}, {"supervision_role": ("supervised",)}, {"supervision_strain": ("unsaid",)}],
    ids=["none", "no strain", "no role"],
)
def test_missing_answers_are_rejected(answers: dict[str, tuple[str, ...]]) -> None:
    """A form without both answers was forged."""
    with pytest.raises(UnknownAnswerError):
        supervision_strain.build_strain_guide(answers, WORDS)
