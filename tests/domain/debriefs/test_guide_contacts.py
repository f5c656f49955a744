"""The supervision step of the guide, its contacts, buttons and filing note."""

import pytest

from bot.domain.debriefs import guide_layout, guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import (
    ActionRow,
    Banner,
    Button,
    Caption,
    ChoiceField,
    ContactLink,
    Fold,
    Form,
    Text,
    flatten_folds,
)
from tests.domain.debriefs.combinations import (
    WORDS,
    guide_text,
)

AWAY = Debrief("away", "touched")


@pytest.mark.parametrize(
    ("help_code", "line"),
    [("", "plain"), ("self", "self"), ("supervision", "supervision"), ("sooner", "sooner")],
)
def test_the_help_code_selects_the_supervision_line(help_code: str, line: str) -> None:
    """The help code selects the first line of step 7."""
    guide = guides.build_guide_form(
        AWAY, WORDS, Refinement(help_code=help_code), supervisors=("U1",)
    )

    assert WORDS.guide_line(f"bring.{line}") in guide_text(guide)


def test_no_contact_is_mentioned_without_a_supervisor() -> None:
    """Without a known supervisor, step 7 does not refer to a contact button."""
    guide = guides.build_guide_form(AWAY, WORDS, Refinement(help_code="sooner"))

    assert WORDS.guide_line("bring.sooner_alone") in guide_text(guide)
    assert WORDS.guide_line("bring.sooner") not in guide_text(guide)


@pytest.mark.parametrize("help_code", ["self", "sooner"])
def test_supervision_starts_with_safety_on_the_safety_branch(help_code: str) -> None:
    """With any help code, step 7 of the safety branch starts with safety."""
    guide = guide_text(
        guides.build_guide_form(AWAY, WORDS, Refinement(help_code=help_code, is_unsafe=True))
    )

    assert WORDS.guide_line("bring.unsafe") in guide
    assert (WORDS.guide_line("bring.soon_alone") in guide) == (help_code == "sooner")


@pytest.mark.parametrize("status", ["repaired", "ended"])
@pytest.mark.parametrize(("supervisors", "line"), [(("U1",), "soon"), ((), "soon_alone")])
def test_no_next_session_is_mentioned_once_it_is_over(
    status: str, supervisors: tuple[str, ...], line: str
) -> None:
    """After a repair or an ending the request to talk soon does not mention a next session."""
    debrief, refinement = Debrief("away", status), Refinement(help_code="sooner")
    guide = guide_text(guides.build_guide_form(debrief, WORDS, refinement, supervisors=supervisors))

    assert WORDS.guide_line(f"bring.{line}") in guide
    assert WORDS.guide_line(f"bring.{line}".replace("soon", "sooner")) not in guide


def test_each_supervisor_has_a_contact_link() -> None:
    """Each supervisor has a contact link; several links have a mention above each."""
    single_body, double_body = (
        list(flatten_folds(guides.build_guide_form(AWAY, WORDS, supervisors=ids).body))
        for ids in (("U1",), ("U1", "U2"))
    )

    assert ContactLink("U1", WORDS.translate("rupture.guide.write")) in single_body
    assert [e.person_id for e in double_body if isinstance(e, ContactLink)] == ["U1", "U2"]
    for person in ("U1", "U2"):
        contact = ContactLink(person, WORDS.translate("rupture.guide.write_this_one"))
        assert double_body[double_body.index(contact) - 1] == Text(f"@{{{person}}}")


def test_contact_links_are_limited() -> None:
    """At most :data:`guide_layout.MAX_CONTACTS` contact links are shown."""
    supervisors = tuple(f"U{n}" for n in range(100))
    body = guides.build_guide_form(AWAY, WORDS, supervisors=supervisors).body

    assert sum(isinstance(e, ContactLink) for e in flatten_folds(body)) == guide_layout.MAX_CONTACTS


def test_the_filing_note_follows_the_banner_at_the_foot() -> None:
    """The optional filing note is at the foot, below the safety banner."""
    body = guides.build_guide_form(AWAY, WORDS, filing_note="Kept.").body
    banner = Banner(WORDS.translate("safety.banner"))

    assert body[body.index(banner) + 1] == Caption("Kept.")
    assert body.index(banner) > max(n for n, e in enumerate(body) if isinstance(e, Fold))
    assert Caption("Kept.") not in guides.build_guide_form(AWAY, WORDS).body


def test_the_refinement_button_has_the_codes_and_answers() -> None:
    """The button data is the two codes and the answers; its label differs after a refinement."""
    plain_guide, refined_guide = (
        guides.build_guide_form(AWAY, WORDS, r) for r in (None, Refinement("bond"))
    )

    assert [deeper_button(guide) for guide in (plain_guide, refined_guide)] == [
        Button("rupture.deeper", WORDS.translate(key), data, opens_form=True)
        for key, data in (
            ("rupture.guide.deeper", "away.touched"),
            ("rupture.guide.again", "away.touched;strain=bond"),
        )
    ]


def deeper_button(guide: Form) -> object:
    """Return the button of a guide that opens the deeper questions."""
    controls = [c for e in guide.body if isinstance(e, ActionRow) for c in e.controls]
    return next(c for c in controls if isinstance(c, Button) and c.name == "rupture.deeper")


def find_fold(guide: Form, key: str) -> Fold:
    """Return the fold of a guide with the label of *key*."""
    label = WORDS.translate(f"rupture.guide.{key}")
    return next(e for e in guide.body if isinstance(e, Fold) and e.label == label)


def test_writing_to_a_supervisor_offers_three_ways_to_start() -> None:
    """Above the contact link are three ways to start, each on a line, and the hint to copy one."""
    guide = guides.build_guide_form(AWAY, WORDS, supervisors=("U1",))
    want = WORDS.guide_line("want.plain")
    openers = WORDS.guide_line("prompts.open", want=want).split(guide_layout.OPENER_SEPARATOR)
    text, hint, contact = find_fold(guide, "bring").body

    assert isinstance(text, Text)
    assert text.text.split("\n")[1:] == openers
    assert len(openers) == 3
    assert hint == Caption(WORDS.translate("rupture.guide.copy"))
    assert contact == ContactLink("U1", WORDS.translate("rupture.guide.write"))


@pytest.mark.parametrize(
    "refinement",
    [Refinement(help_code="sooner"), Refinement(is_unsafe=True)],
    ids=["soon", "unsafe"],
)
def test_the_contact_is_open_where_it_is_urgent(refinement: Refinement) -> None:
    """On the safety branch, and for a clinician who wants to talk soon, no fold has the contact."""
    guide = guides.build_guide_form(AWAY, WORDS, refinement, supervisors=("U1",))

    assert ContactLink("U1", WORDS.translate("rupture.guide.write")) in guide.body


def test_a_guide_is_read_only() -> None:
    """A guide has no submit button, and has its purpose and its source."""
    guide = guides.build_guide_form(AWAY, WORDS)

    assert (guide.name, guide.submit, guide.data) == ("guide", "", "away.touched")
    assert Caption(WORDS.translate("safety.purpose")) in guide.body
    assert WORDS.references["eubanks2019"].url in guide_text(guide)


def test_the_chooser_files_nothing() -> None:
    """The chooser has the same two questions, no data, and states that nothing is filed or kept."""
    chooser = guide_layout.build_code_chooser_form(WORDS)

    assert (chooser.name, chooser.data) == ("guide", "")
    assert [e.id for e in chooser.body if isinstance(e, ChoiceField)] == ["form", "status"]
    assert "files nothing" in guide_text(chooser)
    assert Caption(WORDS.translate("rupture.chooser.again")) in chooser.body
    assert chooser.submit
