"""The rehearsal of a guide's first sentence: where it is offered, and which replies it has."""

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.debriefs import guides, phrases, rehearsal
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.domain.debriefs.guide_case import RISK_CUES
from bot.elements import ActionRow, Button, Fold, Form, Quote, Text
from bot.errors import UnknownAnswerError
from tests.domain.debriefs.combinations import ALL_DEBRIEFS, WORDS, cue_codes_of_form

CATALOGUE = load_catalogue()
LANGUAGE_PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
AWAY = Debrief("away", "touched")
MARKERS = ("withdrawal", "compliance", "confrontation", "complaint", "culture", "mixed", "check")
REPLY_CODES = ("silence", "fine", "sharper")

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)


def has_rehearsal(guide: Form) -> bool:
    """Return whether the guide has the button that opens the rehearsal."""
    return any(
        isinstance(control, Button) and control.name == "rupture.rehearse"
        for row in guide.body
        if isinstance(row, ActionRow)
        for control in row.controls
    )


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_a_guide_offers_the_rehearsal_unless_the_therapy_has_ended(debrief: Debrief) -> None:
    """Each guide of a therapy that goes on has the button, and none of an ended one."""
    guide = guides.build_guide_form(debrief, WORDS)

    assert has_rehearsal(guide) == (debrief.status != "ended")


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_the_safety_branch_offers_no_rehearsal(debrief: Debrief) -> None:
    """A clinician who felt unsafe is offered nothing to say."""
    assert not has_rehearsal(guides.build_guide_form(debrief, WORDS, Refinement(is_unsafe=True)))


@pytest.mark.parametrize("cue", sorted(RISK_CUES))
def test_a_cue_of_risk_takes_the_rehearsal_away(cue: str) -> None:
    """With a cue of a client who may be at risk the safety procedure comes first."""
    assert not has_rehearsal(guides.build_guide_form(AWAY, WORDS, Refinement(cues=(cue,))))


@pytest.mark.parametrize(
    ("debrief", "refinement"),
    [
        (Debrief("away", "ended"), Refinement()),
        (AWAY, Refinement(is_unsafe=True)),
        (AWAY, Refinement(cues=("cancelled",))),
    ],
    ids=["ended", "unsafe", "risk"],
)
def test_forged_data_opens_no_rehearsal(debrief: Debrief, refinement: Refinement) -> None:
    """A guide without the button has no rehearsal behind forged data either."""
    with pytest.raises(UnknownAnswerError):
        rehearsal.build_rehearsal_form(debrief, refinement, WORDS)


@in_every_language
def test_every_marker_has_three_replies(words: LanguagePack) -> None:
    """Silence, "it's fine" and a sharper reply, each with what helps next and one example."""
    codes = {
        marker: tuple(reply.code for reply in replies)
        for marker, replies in words.rehearsals.items()
    }

    assert codes == dict.fromkeys(MARKERS, REPLY_CODES)
    assert all(
        0 < len(text) <= 140
        for replies in words.rehearsals.values()
        for reply in replies
        for text in (reply.reply, reply.does, reply.example)
    )


@pytest.mark.parametrize(
    ("debrief", "refinement", "marker"),
    [
        (AWAY, Refinement(), "withdrawal"),
        (Debrief("against", "working"), Refinement(), "confrontation"),
        (Debrief("both", "touched"), Refinement(), "mixed"),
        (Debrief("unsure", "touched"), Refinement(), "mixed"),
        (AWAY, Refinement(cues=("pleasing", "minimised")), "compliance"),
        (Debrief("against", "touched"), Refinement(cues=("no_progress",)), "complaint"),
        (Debrief("against", "touched"), Refinement(cues=("pressed_me",)), "confrontation"),
        (Debrief("both", "touched"), Refinement(cues=("pleasing", "no_progress")), "mixed"),
        (AWAY, Refinement(cues=("pleasing", "culture_hinted")), "culture"),
        (AWAY, Refinement(own_parts=("culture",)), "culture"),
        (Debrief("against", "repaired"), Refinement(own_parts=("culture",)), "check"),
    ],
)
def test_the_replies_fit_the_marker(debrief: Debrief, refinement: Refinement, marker: str) -> None:
    """A repair and culture have replies of their own, else the cues select, else the form."""
    assert rehearsal.select_marker(debrief, refinement) == marker


@pytest.mark.parametrize("form", ["away", "against"])
def test_every_cue_without_risk_has_a_marker(form: str) -> None:
    """Each cue belongs to a marker, to culture, or to the branch of a client at risk."""
    cues = set(cue_codes_of_form(form)) - RISK_CUES - phrases.CULTURE_CODES

    assert cues <= rehearsal.MARKERS_BY_CUE.keys()


@in_every_language
@pytest.mark.parametrize(
    "debrief",
    [d for d in ALL_DEBRIEFS if d.status != "ended"],
    ids=lambda debrief: str(debrief.encoded_codes),
)
def test_a_rehearsal_is_the_guides_first_sentence_and_three_folds(
    debrief: Debrief, words: LanguagePack
) -> None:
    """The sentence is the guide's first; each reply, what helps and its example are in a fold."""
    form = rehearsal.build_rehearsal_form(debrief, Refinement(), words)
    guide = guides.build_guide_form(debrief, words)
    folds = [element for element in form.body if isinstance(element, Fold)]
    first_sentence = next(element for element in guide.body if isinstance(element, Quote))

    assert [element for element in form.body if isinstance(element, Quote)] == [first_sentence]
    assert [fold.label for fold in folds] == [
        words.translate(f"rehearsal.{code}") for code in REPLY_CODES
    ]
    for fold, reply in zip(
        folds, words.rehearsals[rehearsal.select_marker(debrief, Refinement())], strict=True
    ):
        assert fold.body[0] == Text(f"_{reply.reply}_")
        assert fold.body[-1] == Quote(reply.example)


@in_every_language
def test_a_rehearsal_asks_for_nothing_and_leads_back(words: LanguagePack) -> None:
    """The page has nothing to submit, and its one button leads back to the same guide."""
    refinement = Refinement("bond", ("rushed",), room="couple")
    form = rehearsal.build_rehearsal_form(AWAY, refinement, words)

    assert not form.submit
    assert form.back is not None
    assert (form.back.name, form.back.data) == (
        "rupture.back",
        "away.touched;strain=bond;room=couple;mine=rushed",
    )
    labels = (form.title, form.close, form.back.label)
    assert max(map(len, labels)) <= 24
    assert len(words.translate("rehearsal.open")) <= 30
