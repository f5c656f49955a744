"""The detail of a shared message's delivery, and the status of one that is not there."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.counts import sharing
from bot.domain.counts.sharing import SharedPost, ShareStatus
from bot.store.store import Store
from bot.workflows import shared_tables
from tests.sample_team import TEAM


@given(st.text(min_size=1).filter(lambda text: " " not in text), st.dates(), st.none() | st.dates())
def test_the_detail_names_the_person_and_the_share(
    person_id: str, day: date, newest: date | None
) -> None:
    """A detail is parsed to the person who shared and to what they shared."""
    share = SharedPost("50", day, newest)

    detail = f"{person_id} {sharing.encode_post(share)}"
    assert shared_tables.parse_post_detail(detail) == (person_id, share)


async def test_an_unknown_share_was_not_posted(store: Store) -> None:
    """A share that was never queued for the channel is reported as not posted."""
    status = await store.across_workspaces.read(
        lambda repos: shared_tables.load_share_status(repos, TEAM, "no such slot")
    )

    assert status is ShareStatus.FAILED
