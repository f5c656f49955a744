"""The size of padded responses is at least that of every response to a form."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from uuid import NAMESPACE_OID, uuid5

import pytest

from bot.chat import padding
from bot.chat.msteams.action_data import Action, CardContext, CardSurface
from bot.chat.msteams.directory_cache import DirectoryCache
from bot.chat.msteams.inbound.requests import Origin
from bot.chat.msteams.outbound.invoke_response import build_invoke_response
from bot.chat.msteams.render.card_factory import CardFactory
from bot.chat.slack.render import surfaces
from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.teams import setup_form
from bot.elements import FIELD_TYPES, Form, Option
from tests.chat import screens
from tests.chat.built_forms import list_forms
from tests.sample_team import TEAM

WORKSPACE = "msteams:11111111-2222-4333-8444-555555555555"
LARGEST_TEAM = replace(
    TEAM, name="\N{CJK UNIFIED IDEOGRAPH-4F60}" * 60, unreachable_reason="is_archived"
)
LANGUAGE_OPTIONS = tuple(
    Option(words.language, words.display_name) for words in screens.LANGUAGE_PACKS
)
LONGEST_ERROR = "\N{CJK UNIFIED IDEOGRAPH-4F60}" * 60

TEAMS_PEOPLE = 20
"""People in each of the two lists of a set-up form that still fits on Teams, which names them."""


@pytest.fixture(params=screens.LANGUAGE_PACKS, ids=lambda words: words.language)
def words(request: pytest.FixtureRequest) -> LanguagePack:
    """Each language."""
    language_pack: LanguagePack = request.param
    return language_pack


def build_largest_setup(words: LanguagePack, people: tuple[str, ...]) -> Form:
    """Return the set-up form of a team with the longest names and *people* in both lists."""
    current = setup_form.CurrentSetup(LARGEST_TEAM, people, people, languages=LANGUAGE_OPTIONS)
    return setup_form.build_setup_form(current, words)


def iter_all_forms(words: LanguagePack) -> Iterator[Form]:
    """Yield every form, and every message as the form that replaces an open one."""
    yield from list_forms(words)
    for message in screens.iter_messages(words):
        yield surfaces.message_as_form(message, "x" * 24)


def measure_slack_view(form: Form) -> int:
    """Return the bytes of the response that replaces a submitted form by *form*."""
    view = surfaces.render_form(form, "T0123456789", from_home=True)
    return len(json.dumps({"response_action": "update", "view": view}))


def measure_teams_card(form: Form, words: LanguagePack, surface: CardSurface) -> int:
    """Return the bytes of the response that shows *form* with an error under every field."""
    factory = CardFactory(screens.CATALOGUE, DirectoryCache("https://smba.example/"))
    errors = {
        element.id: LONGEST_ERROR for element in form.body if isinstance(element, FIELD_TYPES)
    }
    card = factory.rebuild_form(
        form,
        CardContext(surface, "k" * 22, form.title, Action("buttons", form.name, form.data)),
        InvalidAnswers(errors),
        WORKSPACE,
        words.language,
    )
    origin = Origin.DIALOG if surface is CardSurface.DIALOG else Origin.CARD
    return len(json.dumps(build_invoke_response(card, form.title, origin)))


def test_every_slack_answer_fits(words: LanguagePack) -> None:
    """No form and no set-up of a hundred people is larger than the padded size."""
    people = tuple(f"U0{number:09}" for number in range(setup_form.MAX_PEOPLE))
    forms = (*iter_all_forms(words), build_largest_setup(words, people))

    assert max(map(measure_slack_view, forms)) <= padding.PADDING_BLOCK_BYTES


def test_every_slack_error_fits() -> None:
    """An error under every field of the largest form is no larger than the padded size."""
    errors = dict.fromkeys((f"field{number}" for number in range(20)), LONGEST_ERROR)
    body = {"response_action": "errors", "errors": errors}

    assert len(json.dumps(body)) <= padding.PADDING_BLOCK_BYTES


def test_every_teams_answer_fits(words: LanguagePack) -> None:
    """No form is larger than the padded size, in a dialog or a card, with all its errors."""
    people = tuple(str(uuid5(NAMESPACE_OID, str(number))) for number in range(TEAMS_PEOPLE))
    forms = (*iter_all_forms(words), build_largest_setup(words, people))
    surfaces_of_forms = (CardSurface.DIALOG, CardSurface.FORM)
    sizes = [
        measure_teams_card(form, words, surface)
        for form, surface in product(forms, surfaces_of_forms)
    ]

    assert max(sizes) <= padding.PADDING_BLOCK_BYTES
