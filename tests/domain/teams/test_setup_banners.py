"""What a supervisor reads above the set-up."""

from dataclasses import replace

from bot.content import catalogue
from bot.domain.teams.setup_banners import render_setup_banners
from tests.sample_team import TEAM

WORDS = catalogue.load_catalogue().get_pack("en")


def test_channel_that_refuses_messages_is_shown_once() -> None:
    """A channel that takes no messages needs no second banner about the last one."""
    refused = replace(TEAM, unreachable_reason="is_archived")
    banners = [
        render_setup_banners(team, WORDS, is_last_message_undelivered=True, unlisted_count=0)
        for team in (refused, TEAM)
    ]

    assert [[banner.text for banner in row] for row in banners] == [
        [WORDS.translate("supervision.form.unreachable")],
        [WORDS.translate("supervision.form.undelivered")],
    ]


def test_people_without_a_list_are_counted_and_not_named() -> None:
    """The banner has a number alone; with everybody listed there is none."""
    (banner,) = render_setup_banners(
        TEAM, WORDS, is_last_message_undelivered=False, unlisted_count=2
    )

    assert banner.text.startswith("2 people who count in this team's open period")
    assert (
        render_setup_banners(TEAM, WORDS, is_last_message_undelivered=False, unlisted_count=0) == ()
    )
