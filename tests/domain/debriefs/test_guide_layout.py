"""The order of a guide on a phone and its word bar, over every combination of answers.

The guides have a contact, and no text of the service's own.
"""

from collections.abc import Iterator, Sequence
from itertools import product, takewhile

import pytest

from bot.chat.slack.render import blocks
from bot.content.catalogue import LanguagePack, load_catalogue
from bot.content.word_count import count_words
from bot.domain.debriefs import guide_layout, guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Banner, Caption, ContactLink, Element, Fold, Form, Quote, Text
from tests.domain.debriefs.combinations import (
    ALL_DEBRIEFS,
    OWN_PART_CODES,
    ROOM_CODES,
    STATE_CODES,
    STRAIN_CODES,
    WORDS,
    cue_codes_of_form,
)

CATALOGUE = load_catalogue()
LANGUAGE_PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)
for_every_debrief = pytest.mark.parametrize(
    "debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes)
)


def wordiest_state(words: LanguagePack) -> str:
    """Return the state of the clinician whose settling line is the longest, '' for none."""
    lines = {code: words.guide_line(f"settle.{code or 'plain'}") for code in ("", *STATE_CODES)}
    return max(lines, key=lambda code: count_words(lines[code]))


def iter_refinements(form: str, words: LanguagePack) -> Iterator[Refinement | None]:
    """Yield no refinement, and every combination of answers that select a line above the fold.

    The strain selects a phrase only for a part that has none. "Safe" only removes the warning.
    """
    yield None
    state = wordiest_state(words)
    parts = [(part, "bond") for part in OWN_PART_CODES if part != "defensive"]
    parts += [("defensive", strain) for strain in STRAIN_CODES]
    for is_unsafe, help_code, (part, strain), cue in product(
        (False, True), ("", "sooner"), parts, ["", *cue_codes_of_form(form)]
    ):
        cues = (cue,) if cue else ()
        yield Refinement(strain, (part,), cues, help_code, is_unsafe, clinician_state=state)
    for room, part, is_unsafe in product(ROOM_CODES, OWN_PART_CODES, (False, True)):
        yield Refinement("bond", (part,), (), "", is_unsafe, clinician_state=state, room=room)


def before_more(guide: Form, words: LanguagePack) -> Sequence[Element]:
    """Return the elements of a guide above the fold "more"."""
    label = words.translate("rupture.guide.more")
    return tuple(takewhile(lambda e: not (isinstance(e, Fold) and e.label == label), guide.body))


@pytest.mark.no_cover
@in_every_language
@for_every_debrief
def test_a_guide_has_at_most_150_words_before_more(debrief: Debrief, words: LanguagePack) -> None:
    """Every guide has a fold "more", and at most 150 words above it."""
    for refinement in iter_refinements(debrief.form, words):
        guide = guides.build_guide_form(debrief, words, refinement, supervisors=("U1",))
        elements = before_more(guide, words)

        assert len(elements) < len(guide.body), refinement
        assert guide_layout.count_visible_words(elements) <= 150, refinement


@in_every_language
@for_every_debrief
def test_an_unrefined_guide_has_both_short_lines(debrief: Debrief, words: LanguagePack) -> None:
    """What shifted and one's own part are two lines of one text, below the words to say."""
    body = before_more(guides.build_guide_form(debrief, words), words)
    titles = [
        words.translate(
            "rupture.guide.step",
            title=words.guide_line(f"step.{name}"),
            line=words.guide_line(f"{name}.{code}"),
        )
        for name, code in (("movement", debrief.form), ("part", debrief.status))
    ]
    short_lines = body.index(Text("\n".join(titles)))

    assert all(n < short_lines for n, e in enumerate(body) if isinstance(e, Quote))


@for_every_debrief
def test_the_order_of_an_unrefined_guide(debrief: Debrief) -> None:
    """Settling is first; the reason, supervision and the rest are folds; the banner is below."""
    body = guides.build_guide_form(debrief, WORDS, filing_note="Kept.").body
    first = body[0]
    folds = [n for n, e in enumerate(body) if isinstance(e, Fold)]
    keys = ("why", "bring", "more")

    assert isinstance(first, Text)
    assert WORDS.guide_line("settle.plain") in first.text
    assert [element.label for element in body if isinstance(element, Fold)] == [
        WORDS.translate(f"rupture.guide.{key}") for key in keys
    ]
    assert body.index(Banner(WORDS.translate("safety.banner"))) > folds[-1]
    assert body.index(Caption("Kept.")) > folds[-1]


@in_every_language
def test_labels_are_read_in_full_on_a_phone(words: LanguagePack) -> None:
    """Slack may cut the label of a button after about 30 characters on a phone."""
    names = ["guide.why", "guide.bring", "guide.bring_unsafe", "guide.more", "guide.deeper"]
    names += ["guide.again", "deeper.more"]
    labels = [words.translate(f"rupture.{name}") for name in names]

    assert len(set(labels)) == len(labels)
    assert [label for label in labels if len(label) > 30] == []


@in_every_language
@for_every_debrief
def test_a_text_of_the_service_follows_each_banner(debrief: Debrief, words: LanguagePack) -> None:
    """Where a safety banner is shown, the service's own procedure is shown below the last one."""
    pack = CATALOGUE.add_safety_texts({words.language.partition("-")[0]: "Call 1 <2> *3*."})
    local_words = pack.get_pack(words.language)
    own_text = Banner("Call 1 <2> *3*.")
    for refinement in (None, Refinement(is_unsafe=True), Refinement(cues=("self_blame",))):
        body = guides.build_guide_form(debrief, local_words, refinement).body
        banners = [n for n, e in enumerate(body) if isinstance(e, Banner)]

        assert own_text in body
        assert all(
            body[n + 1] == own_text or isinstance(body[n + 1], Banner) or body[n] == own_text
            for n in banners
        )
        assert refinement is None or body.index(own_text) < 4


@in_every_language
@for_every_debrief
def test_every_fold_fits_into_a_button_of_slack(debrief: Debrief, words: LanguagePack) -> None:
    """With the longest lines of three parts and six signs each fold is a button on Slack."""
    signs = [
        code
        for question_id in ("cue_away", "cue_against")
        for code in _longest_codes(words, "cue", list(words.questions[question_id].option_codes))
        if code in cue_codes_of_form(debrief.form)
    ]
    parts = tuple(_longest_codes(words, "mine", OWN_PART_CODES))
    context = blocks.RenderContext(blocks.BlockSurface.MODAL, "T0NORTH")
    for strain, own_parts in product(STRAIN_CODES, (parts, ("defensive", *parts[:2]))):
        refinement = Refinement(
            strain, own_parts, tuple(signs), clinician_state="calm", felt_safe=True
        )
        guide = guides.build_guide_form(debrief, words, refinement, supervisors=("U1", "U2"))
        folds = [element for element in guide.body if isinstance(element, Fold)]
        rendered = blocks.render_blocks(folds, context)

        assert [block["type"] for block in rendered] == ["actions"] * len(folds)


def test_the_urgent_line_is_folded_where_there_is_no_room() -> None:
    """Below the warning of a risk the longest guide keeps the contact in sight, not the line."""
    words = CATALOGUE.get_pack("fr")
    refinement = Refinement("bond", cues=("cancelled",), felt_safe=True, help_code="sooner")
    debrief = Debrief("against", "working")
    guide = guides.build_guide_form(debrief, words, refinement, supervisors=("U1",))
    open_texts = [element.text for element in guide.body if isinstance(element, Text)]
    folds = [element for element in guide.body if isinstance(element, Fold)]
    folded_texts = [
        element.text for fold in folds for element in fold.body if isinstance(element, Text)
    ]
    urgent_line = words.guide_line("bring.sooner")

    assert not any(urgent_line in text for text in open_texts)
    assert any(urgent_line in text for text in folded_texts)
    assert any(isinstance(element, ContactLink) for element in guide.body)


def _longest_codes(words: LanguagePack, section: str, codes: list[str]) -> list[str]:
    """Return the three codes with the longest lines of a section."""
    return sorted(codes, key=lambda code: -len(words.guide.get(f"{section}.{code}", "")))[:3]
