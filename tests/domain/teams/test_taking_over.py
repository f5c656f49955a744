"""Naming a supervisor for a team without an active one: the rule, the form and the message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.teams import taking_over
from bot.elements import Audience, ChoiceField
from bot.outlet import AccountStatus
from tests.sample_team import OTHER_TEAM, TEAM, fields_by_id, reply_text

CATALOGUE = load_catalogue()
PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
WORDS = CATALOGUE.get_pack("en")
CLOSED, ACTIVE, UNKNOWN = AccountStatus.CLOSED, AccountStatus.ACTIVE, AccountStatus.UNKNOWN


@given(st.lists(st.sampled_from(AccountStatus)))
def test_only_closed_accounts_give_the_right(statuses: list[AccountStatus]) -> None:
    """One supervisor who is active, or whose account is not known, keeps the team theirs."""
    expected = ACTIVE not in statuses and UNKNOWN not in statuses

    assert taking_over.lacks_supervisor(statuses) == expected


@pytest.mark.parametrize(
    ("assigned_ids", "statuses", "unlistable_count", "expected"),
    [
        (("U1",), (CLOSED,), 0, None),
        (("U1", "U2", "U3"), (), 0, None),
        (("U1",), (CLOSED, ACTIVE), 0, ("which", "setups.naming.active")),
        (("U1",), (UNKNOWN,), 0, ("which", "setups.naming.active")),
        ((), (CLOSED,), 0, ("supervisors", "supervision.fault.nobody")),
        (("U1", "U2", "U3", "U4"), (), 0, ("supervisors", "setups.naming.too_many")),
        (("U1", "UNAMER"), (), 0, ("supervisors", "supervision.fault.self")),
        (("UCLINICIAN",), (), 0, ("supervisors", "setups.naming.clinician")),
        (("U1",), (), 1, ("supervisors", "setups.naming.account")),
    ],
)
def test_who_may_be_named(
    assigned_ids: tuple[str, ...],
    statuses: tuple[AccountStatus, ...],
    unlistable_count: int,
    expected: tuple[str, str] | None,
) -> None:
    """The team lacks a supervisor, and the assigned are neither the assigner nor clinicians."""
    fault = taking_over.find_assignment_fault(
        assigned_ids, "UNAMER", statuses, ("UCLINICIAN",), unlistable_count=unlistable_count
    )

    assert fault == expected


def test_a_fault_is_an_error_of_its_field() -> None:
    """The error is at the field of the people."""
    invalid = taking_over.build_fault(("supervisors", "supervision.fault.nobody"), WORDS)

    assert invalid.errors == {"supervisors": "Please name at least one supervisor."}


def test_the_form_offers_the_teams() -> None:
    """The first team is chosen, the others can be."""
    field = fields_by_id(taking_over.build_assignment_form((TEAM, OTHER_TEAM), WORDS))["which"]

    assert isinstance(field, ChoiceField)
    assert [option.code for option in field.options] == [TEAM.id, OTHER_TEAM.id]
    assert field.initial == (TEAM.id,)


def test_without_a_team_there_is_nothing_to_submit() -> None:
    """A note says that every team has an active supervisor."""
    form = taking_over.build_assignment_form((), WORDS)

    assert form.submit == ""
    assert "Every team has an active supervisor" in reply_text(form)


@given(st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True), min_size=1, max_size=4))
def test_the_ids_of_an_announcement_are_parsed_back(ids: list[str]) -> None:
    """The assigner and the assigned people are stored in the delivery."""
    assigner_id, *assigned_ids = ids

    detail = taking_over.encode_assignment(assigner_id, assigned_ids)

    assert taking_over.parse_assignment(detail) == (assigner_id, tuple(assigned_ids))


def test_an_announcement_fits_in_its_row() -> None:
    """The ids of Microsoft Teams, 36 characters each, fit in the column of 200."""
    detail = taking_over.encode_assignment("n" * 36, ["p" * 36] * taking_over.MAX_ASSIGNED)

    assert len(detail) <= 200


@pytest.mark.parametrize("words", PACKS, ids=lambda words: words.language)
def test_the_announcement_names_both(words: LanguagePack) -> None:
    """The channel reads who assigned whom, in each language."""
    message = taking_over.render_announcement(TEAM, "UNAMER", ("U1", "U2"), words)

    assert message.audience is Audience.TEAM
    assert all(f"@{{{id_}}}" in reply_text(message) for id_ in ("UNAMER", "U1", "U2"))


def test_the_confirmation_says_where_it_is_announced() -> None:
    """The namer reads who supervises the team, and in which channel that is said."""
    text = reply_text(taking_over.build_assigned_form(TEAM, ("U1",), WORDS))

    assert "**Monday team** is supervised by @{U1} now." in text
    assert f"#{{{TEAM.channel}}}" in text


@pytest.mark.parametrize("words", PACKS, ids=lambda words: words.language)
def test_naming_begins_in_a_form(words: LanguagePack) -> None:
    """The button opens the form in each language."""
    button = taking_over.build_assignment_button(words)

    assert (button.name, button.opens_form) == (taking_over.ASSIGNMENT_BUTTON_NAME, True)
    assert button.label == words.translate("setups.naming.step")
