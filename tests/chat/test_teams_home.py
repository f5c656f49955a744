"""The card of the home page on Teams stays in the chat and is rendered again when it is viewed."""

from datetime import timedelta

from tests.chat.expectations import MONDAY, advance_and_deliver
from tests.chat.on_teams import TeamsProduct


async def test_a_viewed_home_card_names_no_question_in_the_past(teams: TeamsProduct) -> None:
    """A card of the week before names the next question of the week in which it is viewed."""
    await teams.run_command(teams.marie, "checkin join")
    card = await teams.open_home(teams.marie)
    await advance_and_deliver(teams, MONDAY + timedelta(minutes=1))

    viewed_card = await teams.view_card(teams.marie, card)

    assert card.contains_text("Next one: Monday, June 29")
    assert viewed_card.contains_text("Next one: Monday, July 6")
