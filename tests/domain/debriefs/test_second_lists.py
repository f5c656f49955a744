"""The deeper questions behind "More questions": the second list of own parts, and the room."""

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import Refinement

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
LANGUAGE_PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]

REQUIRED_ANSWERS = {"strain": ("bond",), "mine": ("rushed", "forgot")}


def parse_deeper(**answers: tuple[str, ...]) -> Refinement | InvalidAnswers:
    """Parse deeper answers with these in place of the default ones."""
    return debrief_form.parse_refinement("away.touched", {**REQUIRED_ANSWERS, **answers}, WORDS)


def test_parts_of_both_lists_are_own_parts() -> None:
    """The second list adds to the first, in the order of the codebook."""
    refinement = parse_deeper(mine=("rushed",), mine_more=("disclosed", "withdrew"))

    assert isinstance(refinement, Refinement)
    assert refinement.own_parts == ("rushed", "withdrew", "disclosed")


def test_at_most_three_parts_of_both_lists_are_accepted() -> None:
    """A fourth part is an error of the second list, and "cannot see it yet" is no part."""
    parts = ("withdrew", "disclosed")

    refused = parse_deeper(mine=("rushed", "forgot"), mine_more=parts)
    accepted = parse_deeper(mine=("not_visible",), mine_more=parts)

    assert isinstance(refused, InvalidAnswers)
    assert set(refused.errors) == {"mine_more"}
    assert isinstance(accepted, Refinement)
    assert accepted.visible_parts == parts


def test_a_part_that_is_not_visible_yet_is_a_part_by_itself() -> None:
    """Without a part of the second list the answer keeps its line in the guide."""
    assert Refinement(own_parts=("not_visible",)).visible_parts == ("not_visible",)


@pytest.mark.parametrize(
    ("answer", "room"), [((), ""), (("one",), ""), (("couple",), "couple"), (("video",), "video")]
)
def test_one_client_in_one_room_changes_nothing(answer: tuple[str, ...], room: str) -> None:
    """The guide is written for one client in one room, so that this answer equals none."""
    refinement = parse_deeper(room=answer)

    assert isinstance(refinement, Refinement)
    assert refinement.room == room


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_every_room_has_its_lines(words: LanguagePack) -> None:
    """Each room has a line to begin with, one to ask oneself, and one for either conclusion."""
    rooms = words.questions["room"].option_codes - {debrief_form.SINGLE_CLIENT_ROOM}

    for section in ("room", "room_part", "room_repaired", "room_ended"):
        codes = {key.partition(".")[2] for key in words.guide if key.startswith(f"{section}.")}
        assert codes == rooms
