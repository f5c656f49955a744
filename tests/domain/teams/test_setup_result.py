from dataclasses import replace

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.teams import setup_result
from bot.domain.teams.setup_result import CardStatus
from tests.domain.teams.test_setup_form import TEAM
from tests.sample_team import reply_text, steps_by_name

WORDS = load_catalogue().get_pack("en")


def test_a_team_without_a_period_gets_the_reason() -> None:
    """The confirmation explains that fewer than five clinicians have no period of their own."""
    form = setup_result.build_saved_form(
        TEAM, None, WORDS, card_status=None, is_question_deferred=False
    )

    assert "fewer than five" in reply_text(form)


def test_a_set_up_without_a_card_states_none() -> None:
    """A set-up that queued no card does not mention one."""
    form = setup_result.build_saved_form(
        TEAM, None, WORDS, card_status=None, is_question_deferred=False
    )

    assert "card" not in reply_text(form)


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (CardStatus.POSTED, None),
        (CardStatus.WAITING, "Look again"),
        (CardStatus.REFUSED, "Try again"),
        (CardStatus.IN_DOUBT, None),
    ],
)
def test_a_card_that_may_still_be_posted_has_a_button(
    status: CardStatus, label: str | None
) -> None:
    """A refused or waiting card has a button for the team; a posted or doubtful one has none."""
    steps = steps_by_name(setup_result.build_card_form(TEAM, status, WORDS))

    assert {step.label for step in steps.values()} == ({label} if label else set())
    assert set(steps) <= {"supervision.card"}


@pytest.mark.parametrize(
    ("workspace", "remedy"),
    [("slack:T1", "/invite @Attune"), ("msteams:tenant", "add the app there")],
)
def test_a_refused_card_has_the_remedy_of_its_product(workspace: str, remedy: str) -> None:
    """Slack invites the bot by a command; Teams adds the app to the team of the channel."""
    team = replace(TEAM, workspace=workspace)

    text = reply_text(setup_result.build_card_form(team, CardStatus.REFUSED, WORDS))

    assert remedy in text


@pytest.mark.parametrize("status", CardStatus)
def test_only_a_refused_card_changes_the_title(status: CardStatus) -> None:
    """The form says that a step is left where the person has to act."""
    form = setup_result.build_saved_form(
        TEAM, None, WORDS, card_status=status, is_question_deferred=True
    )

    assert (form.title == "One step is left") == (status is CardStatus.REFUSED)
