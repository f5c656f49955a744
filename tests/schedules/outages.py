"""A long outage of Slack, for any way of running the sender.

A test of another way of running it inherits :class:`OutageClaims` and defines the fixtures
``deliver_due`` and ``outage_context``. The store, the composers and the Slack Web API client are
real; Slack itself is a local fake server, and the clock is a fake.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.context import Context
from bot.conversation import Address, Person
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from tests.doubles import FakeClock
from tests.journeys.faulty_slack import FaultySlack, SlackFailure, run_faulty_slack
from tests.sample_team import TEAM, WORKSPACE, set_up_team

DeliverDue = Callable[[Context], Awaitable[None]]
"""Sends what is due in a context now, and returns when nothing more is due."""

PEOPLE = tuple(Person(WORKSPACE, f"U0CLIN{number}") for number in range(120))
POST_METHOD, PROBE_METHOD = "chat.postMessage", "auth.test"
OUTAGE_MINUTES, RECOVERY_MINUTES = 20, 20


@pytest.fixture
def slack() -> Iterator[FaultySlack]:
    """A fake Slack that does not grant access to private chats."""
    with run_faulty_slack(is_history_granted=False) as running:
        yield running


@asynccontextmanager
async def plan_monday(context: Context, slack: FaultySlack) -> AsyncIterator[Context]:
    """Plan a check-in for each of 120 people, due now; yield a context with a real API client."""

    async def get_token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    def plan_checkins(repos: Repositories) -> None:
        now, kind = context.now(), DeliveryKind.CHECKIN
        deadline = now + timedelta(hours=30)
        for person in PEOPLE:
            repos.people.join_team(person, TEAM.id)
            repos.chat_routes.save_route(Address(WORKSPACE, person.id), f"D{person.id[1:]}")
        repos.deliveries.plan_checkins(
            PlannedDelivery(WORKSPACE, kind, person.id, "", "2026-W27", now, deadline, "square")
            for person in PEOPLE
        )

    await set_up_team(context)
    await context.store.across_workspaces.write(plan_checkins)
    api_client = ApiClient(slack.api_url, get_token)
    yield replace(context, outlets={"slack": SlackOutlet(api_client)})
    await api_client.close()


async def count_states(context: Context) -> Counter[str]:
    """Count the deliveries by state."""
    rows = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    return Counter({row.state.value: row.count for row in rows})


class OutageClaims:
    """An outage leaves at most three messages in doubt, and the others are sent afterwards."""

    async def test_an_outage_leaves_three_in_doubt_and_sends_the_others(
        self,
        outage_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
    ) -> None:
        """After 20 minutes of 502 all but three get their message, once; probes post nothing."""
        slack.outage = SlackFailure(502, "")
        for _ in range(OUTAGE_MINUTES):
            await deliver_due(outage_context)
            clock.advance(minutes=1)
        methods_during_outage = [method for method, _ in slack.calls]
        slack.outage = None
        for _ in range(RECOVERY_MINUTES):
            await deliver_due(outage_context)
            clock.advance(minutes=1)

        assert methods_during_outage[:3] == [POST_METHOD] * 3
        assert set(methods_during_outage[3:]) == {PROBE_METHOD}
        assert await count_states(outage_context) == {"sent": 117, "unconfirmed": 3}
        assert set(slack.posted_counts().values()) == {1}
        assert len(slack.posted_counts()) == 117

    async def test_a_revoked_token_is_probed_without_posts(
        self,
        outage_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
    ) -> None:
        """A suspended workspace costs one post and rarer probes; then all get their message."""
        slack.outage = SlackFailure(200, "token_revoked")
        for _ in range(OUTAGE_MINUTES):
            await deliver_due(outage_context)
            clock.advance(minutes=1)
        methods = [method for method, _ in slack.calls]
        slack.outage = None
        for _ in range(RECOVERY_MINUTES):
            await deliver_due(outage_context)
            clock.advance(minutes=1)

        assert methods[0] == POST_METHOD
        assert set(methods[1:]) == {PROBE_METHOD}
        assert 3 <= len(methods[1:]) <= 6
        assert await count_states(outage_context) == {"sent": 120}
