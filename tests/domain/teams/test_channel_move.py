import pytest

from bot.content.catalogue import load_catalogue
from bot.conversation import Channel
from bot.domain.teams import channel_move
from bot.domain.teams.channel_move import MoveFault
from bot.domain.teams.setup_submission import parse_team_id
from bot.elements import Text
from tests.sample_team import CHANNEL, OTHER_CHANNEL, TEAM

WORDS = load_catalogue().get_pack("en")


@pytest.mark.parametrize(
    ("channel", "is_in_use", "is_offered"),
    [
        (None, False, False),
        (Channel(CHANNEL), True, False),
        (Channel(CHANNEL), False, False),
        (Channel(OTHER_CHANNEL), True, False),
        (Channel(OTHER_CHANNEL), False, True),
    ],
    ids=["private chat", "own channel", "own channel, unknown", "of another team", "free"],
)
def test_a_move_is_offered_in_a_free_channel_alone(
    channel: Channel | None, *, is_in_use: bool, is_offered: bool
) -> None:
    """Outside a channel, and in the channel of any team, there is nowhere to move to."""
    result = channel_move.offers_move(TEAM, channel, is_channel_in_use=is_in_use)

    assert result is is_offered


@pytest.mark.parametrize(
    ("channel", "is_known", "listed", "fault"),
    [
        ("C1", False, None, None),
        ("C1", False, {"C1"}, None),
        ("C1", True, {"C2"}, None),
        ("C1", False, {"C2"}, MoveFault.CHANNEL_UNKNOWN),
        ("", False, None, MoveFault.CHANNEL_UNKNOWN),
    ],
    ids=["vouched for", "listed", "seen earlier", "any text", "no channel"],
)
def test_a_team_moves_to_a_channel_that_the_product_knows(
    channel: str, *, is_known: bool, listed: set[str] | None, fault: MoveFault | None
) -> None:
    """On a product whose clients can submit any text, the channel has to be known."""
    result = channel_move.find_move_fault(
        channel, is_channel_in_use=False, is_channel_known=is_known, listed_channels=listed
    )

    assert result is fault


def test_a_channel_of_another_team_is_refused_first() -> None:
    """Each team has its own channel, whatever the product knows of it."""
    fault = channel_move.find_move_fault(
        "C1", is_channel_in_use=True, is_channel_known=False, listed_channels=set()
    )

    assert fault is MoveFault.CHANNEL_IN_USE


def test_the_button_names_team_and_channel() -> None:
    """The right is checked for the team; the channel is read from the same data."""
    button = channel_move.build_move_button(TEAM, OTHER_CHANNEL, WORDS)

    ids = parse_team_id(button.data, {}), channel_move.parse_new_channel(button.data)
    assert ids == (TEAM.id, OTHER_CHANNEL)
    assert button.confirmation is not None


@pytest.mark.parametrize("fault", MoveFault)
def test_a_refusal_states_the_reason(fault: MoveFault) -> None:
    """The sentence is that of the set-up form's channel."""
    form = channel_move.build_move_refusal(fault, WORDS)

    assert form.body == (Text(WORDS.translate(f"supervision.fault.{fault.value}")),)
