"""Rehearse a guide's first sentence: three replies that a client may give, and what helps next.

The rehearsal is made of the codes on the clinician's own screen: it stores, counts and sends
nothing, and every text of it is content.
"""

from types import MappingProxyType

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.debriefs import phrases
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.domain.debriefs.guide_case import RISK_CUES
from bot.domain.debriefs.refinement_data import encode_answers
from bot.elements import Button, Caption, Element, Fold, Form, Quote, Text
from bot.errors import UnknownAnswerError

MARKERS_BY_CUE = MappingProxyType(
    {
        "minimised": "compliance",
        "pleasing": "compliance",
        "few_words": "withdrawal",
        "abstract": "withdrawal",
        "detour": "withdrawal",
        "humour_flat": "withdrawal",
        "apprehensive": "withdrawal",
        "questions_approach": "complaint",
        "rejected_idea": "complaint",
        "frame_complaint": "complaint",
        "no_progress": "complaint",
        "angry_at_me": "confrontation",
        "self_defence": "confrontation",
        "pressed_me": "confrontation",
    }
)
"""The marker of rupture that each cue belongs to; cues of risk have none."""

MARKERS_BY_FORM = MappingProxyType(
    {"away": "withdrawal", "against": "confrontation", "both": "mixed", "unsure": "mixed"}
)
"""The marker of each form of strain, for a guide without a cue."""


def can_rehearse(debrief: Debrief, refinement: Refinement) -> bool:
    """Return whether the guide's first sentence may be rehearsed.

    Not on the safety branch, after an ending, or with a cue of a client at risk: there another
    step comes first.
    """
    return (
        not refinement.is_unsafe
        and debrief.status != "ended"
        and RISK_CUES.isdisjoint(refinement.cues)
    )


def select_marker(debrief: Debrief, refinement: Refinement) -> str:
    """Return the marker whose replies are rehearsed: of a repair, culture, the cues or the form.

    With cues of several markers it is that of the form.
    """
    if debrief.status == "repaired":
        return "check"
    if phrases.has_culture_code(refinement):
        return "culture"
    markers = {MARKERS_BY_CUE[cue] for cue in refinement.cues if cue in MARKERS_BY_CUE}
    return markers.pop() if len(markers) == 1 else MARKERS_BY_FORM[debrief.form]


def build_rehearse_button(
    debrief: Debrief, refinement: Refinement, words: LanguagePack, data: str
) -> tuple[Button, ...]:
    """Build the button that opens the rehearsal; none where it is not offered.

    *data* is what :func:`encode_answers` returns for the guide.
    """
    if not can_rehearse(debrief, refinement):
        return ()
    return (Button("rupture.rehearse", words.translate("rehearsal.open"), data, opens_form=True),)


def build_rehearsal_form(debrief: Debrief, refinement: Refinement, words: LanguagePack) -> Form:
    """Build the page on top of the guide: its first sentence, and a fold for each reply.

    Raises UnknownAnswerError for a guide without the button, whose data was forged.
    """
    if not can_rehearse(debrief, refinement):
        raise UnknownAnswerError
    sentence = words.phrases[phrases.select_phrases(debrief, refinement)[0]].text
    back_label = words.translate("rupture.deeper.back")
    body: tuple[Element, ...] = (
        Text(words.translate("rehearsal.intro")),
        Quote(sentence),
        Text(words.translate("rehearsal.pick")),
        *_build_reply_folds(select_marker(debrief, refinement), words),
        Caption(words.translate("rehearsal.care")),
    )
    return Form(
        surface.NOTE_FORM_NAME,
        words.translate("rehearsal.title"),
        body,
        close=back_label,
        back=Button("rupture.back", back_label, encode_answers(debrief, refinement, words)),
    )


def _build_reply_folds(marker: str, words: LanguagePack) -> tuple[Fold, ...]:
    """Build a fold for each reply: the reply, what a good next sentence does, and an example."""
    return tuple(
        Fold(
            words.translate(f"rehearsal.{reply.code}"),
            (
                Text(f"_{reply.reply}_"),
                Text(words.translate("rehearsal.does", text=reply.does)),
                Caption(words.translate("rehearsal.example")),
                Quote(reply.example),
            ),
        )
        for reply in words.rehearsals[marker]
    )
