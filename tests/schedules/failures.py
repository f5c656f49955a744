"""Failures of deliveries, and their outcomes, for any way of running the sender.

A test of another way of running it inherits :class:`DeliveryFailureClaims` and defines a
``deliver_due`` fixture. The store, the composers and the Slack Web API client are real; Slack
itself is a local fake server, and the clock is a fake.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.context import Context
from bot.conversation import Address
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from schedules import daily_tip, retention
from tests.doubles import FakeClock
from tests.journeys.faulty_slack import FaultySlack, SlackFailure, run_faulty_slack
from tests.sample_team import CLINICIANS, MARIE, OTHER_TEAM, TEAM, WORKSPACE, set_up_team

DeliverDue = Callable[[Context], Awaitable[None]]
"""Sends what is due in a context now, and returns when nothing more is due."""

OTHER_WORKSPACE = "slack:T0ELSEWHERE"
POST_METHOD, HISTORY_METHOD = "chat.postMessage", "conversations.history"


@pytest.fixture
def slack() -> Iterator[FaultySlack]:
    """A fake Slack in which every request can fail, and whose history can be read."""
    with run_faulty_slack() as running:
        yield running


@pytest.fixture
async def slack_context(context: Context, slack: FaultySlack) -> AsyncIterator[Context]:
    """A context with nine planned check-ins and a real Slack API client."""

    async def get_token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    api_client = ApiClient(slack.api_url, get_token)
    await set_up_team(context)
    scope = context.store.across_workspaces
    await scope.write(lambda repos: plan_checkins(repos, context, "2026-W27"))
    yield replace(context, outlets={"slack": SlackOutlet(api_client)})
    await api_client.close()


def plan_checkins(
    repos: Repositories, context: Context, slot: str, workspace: str = WORKSPACE
) -> None:
    """Plan a check-in for each clinician: due now, for thirty hours, with a known route."""
    now = context.now()
    for clinician in CLINICIANS:
        person = replace(clinician, workspace=workspace)
        repos.people.join_team(person, TEAM.id)
        repos.chat_routes.save_route(Address(workspace, person.id), f"D{person.id[1:]}")
        kind, deadline = DeliveryKind.CHECKIN, now + timedelta(hours=30)
        planned = PlannedDelivery(workspace, kind, person.id, "", slot, now, deadline, "square")
        repos.deliveries.plan_deliveries([planned])


async def count_deliveries(context: Context) -> Counter[str]:
    """Count the deliveries by state."""
    scope = context.store.across_workspaces
    rows = await scope.read(lambda repos: repos.deliveries.count_by_state())
    return Counter(row.state.value for row in rows for _ in range(row.count))


class DeliveryFailureClaims:
    """After any failure no person gets a message twice, and each unsent message is counted."""

    async def test_a_requested_rest_applies_to_one_workspace(
        self,
        slack_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
    ) -> None:
        """After a 429 with 30 seconds that workspace gets no request; the other one continues."""
        await slack_context.store.across_workspaces.write(
            lambda repos: plan_checkins(repos, slack_context, "2026-W27", OTHER_WORKSPACE)
        )
        slack.plan_failures(POST_METHOD, SlackFailure(429, "ratelimited", retry_after_seconds=30))
        for _ in range(3):
            await deliver_due(slack_context)
            clock.advance(seconds=9)

        assert sorted(Counter(slack.tokens).values()) == [1, 9]
        clock.advance(seconds=4)
        await deliver_due(slack_context)
        assert await count_deliveries(slack_context) == {"sent": 18}
        assert sorted(Counter(slack.tokens).values()) == [9, 10]

    @pytest.mark.parametrize(
        "failure",
        [
            SlackFailure(503, "service_unavailable"),
            SlackFailure(500, "internal_error"),
            SlackFailure(200, "fatal_error"),
            SlackFailure(200, None),
        ],
        ids=["503", "500", "fatal_error", "hung_up"],
    )
    @pytest.mark.parametrize("takes_effect", [False, True], ids=["before", "after"])
    async def test_an_error_response_is_verified_by_a_lookup(
        self,
        slack_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
        failure: SlackFailure,
        takes_effect: bool,  # noqa: FBT001 - pytest passes it by name
    ) -> None:
        """After an error a lookup decides: an absent message is sent again, a posted one is not."""
        slack.plan_failures(POST_METHOD, replace(failure, takes_effect=takes_effect))
        await deliver_due(slack_context)
        assert await count_deliveries(slack_context) == {"sent": 8, "sending": 1}
        clock.advance(seconds=41)
        await deliver_due(slack_context)

        assert await count_deliveries(slack_context) == {"sent": 9}
        assert set(slack.posted_counts().values()) == {1}
        assert len(slack.posted_counts()) == 9
        assert slack.call_counts[POST_METHOD] == (9 if takes_effect else 10)

    async def test_a_post_after_the_timeout_is_found(
        self,
        slack_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
    ) -> None:
        """A message that is posted after the client's timeout is found, as lookups are delayed."""
        outlet = slack_context.outlets["slack"]
        assert isinstance(outlet, SlackOutlet)
        session = outlet._api_client.get_session()
        usual_timeout, session._timeout = session._timeout, type(session._timeout)(total=1.0)
        slack.plan_failures(POST_METHOD, SlackFailure(takes_effect=True, delay_seconds=1.5))
        await deliver_due(slack_context)
        session._timeout = usual_timeout
        await deliver_due(slack_context)
        assert (await count_deliveries(slack_context))["sending"] == 1
        await asyncio.sleep(1.0)  # by then it took effect, as it does within the settling time
        clock.advance(seconds=41)
        await deliver_due(slack_context)

        assert await count_deliveries(slack_context) == {"sent": 9}
        assert set(slack.posted_counts().values()) == {1}

    @pytest.mark.parametrize(
        "failure",
        [
            SlackFailure(429, "ratelimited", retry_after_seconds=60),
            SlackFailure(200, "missing_scope"),
        ],
        ids=["429", "missing_scope"],
    )
    async def test_a_delivery_without_a_lookup_is_never_sent_again(
        self,
        slack_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
        failure: SlackFailure,
    ) -> None:
        """A delivery whose lookup fails stays in doubt, and ends as unconfirmed."""
        slack.plan_failures(POST_METHOD, SlackFailure(503, "service_unavailable"))
        slack.plan_failures(HISTORY_METHOD, failure, times=99)
        await deliver_due(slack_context)
        for hours in (0.02, 1, 15, 15, 24, 1):
            clock.advance(hours=hours)
            await deliver_due(slack_context)
            await retention.run(slack_context)

        assert await count_deliveries(slack_context) == {"sent": 8, "unconfirmed": 1}
        assert slack.call_counts[POST_METHOD] == 9
        assert slack.call_counts[HISTORY_METHOD] <= 6

    @pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
    async def test_a_revoked_workspace_is_suspended_and_logged_once(
        self,
        slack_context: Context,
        slack: FaultySlack,
        deliver_due: DeliverDue,
        caplog: pytest.LogCaptureFixture,
        error: str,
    ) -> None:
        """One request, one log record, and nothing more until the workspace is resumed."""
        slack.plan_failures(POST_METHOD, SlackFailure(200, error), times=99)
        for _ in range(3):
            await deliver_due(slack_context)

        assert slack.call_counts[POST_METHOD] == 1
        records = [record for record in caplog.records if record.message == "workspaces.closed"]
        assert [(record.levelno, record.__dict__["reason"]) for record in records] == [
            (logging.WARNING, error)
        ]
        assert WORKSPACE not in caplog.text

    @pytest.mark.parametrize("error", ["user_not_found", "user_disabled", "cannot_dm_bot"])
    async def test_an_unreachable_person_suspends_no_other(
        self, slack_context: Context, slack: FaultySlack, deliver_due: DeliverDue, error: str
    ) -> None:
        """An unreachable person costs one request; the other eight get their messages."""
        slack.plan_failures(POST_METHOD, SlackFailure(200, error))
        await deliver_due(slack_context)
        reasons = await slack_context.store.across_workspaces.read(
            lambda repos: [repos.people.get(person).unreachable_reason for person in CLINICIANS]
        )

        assert await count_deliveries(slack_context) == {"sent": 8, "gone": 1}
        reason = "cannot_dm_bot" if error == "cannot_dm_bot" else "deactivated"
        assert sorted(reasons) == [""] * 8 + [reason]

    @pytest.mark.parametrize("error", ["is_archived", "channel_not_found", "not_in_channel"])
    async def test_an_unreachable_channel_suspends_no_other(
        self,
        slack_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
        error: str,
    ) -> None:
        """An unreachable channel costs one request; another team's tips and the check-ins go on."""
        await set_up_team(slack_context, OTHER_TEAM, clinicians=(), supervisors=())
        await deliver_due(slack_context)
        clock.advance(days=1)
        await daily_tip.run(slack_context)
        slack.plan_failures(POST_METHOD, SlackFailure(200, error))
        await deliver_due(slack_context)
        clock.advance(days=2)
        await daily_tip.run(slack_context)
        await deliver_due(slack_context)

        assert await count_deliveries(slack_context) == {"sent": 9 + 2, "gone": 1}

    @pytest.mark.parametrize(
        ("downtime", "states"),
        [
            (timedelta(minutes=10), {"sent": 9}),
            (timedelta(hours=5), {"sent": 9}),
            (timedelta(days=3), {"missed": 9}),
        ],
        ids=["ten_minutes", "five_hours", "three_days"],
    )
    async def test_after_a_downtime_deliveries_before_their_deadline_are_sent(
        self,
        slack_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
        downtime: timedelta,
        states: dict[str, int],
    ) -> None:
        """A late delivery is sent until its deadline; after it, it is counted as missed."""
        clock.current_time += downtime
        await deliver_due(slack_context)
        await retention.run(slack_context)

        assert await count_deliveries(slack_context) == states

    async def test_a_clock_jump_doubles_nothing(
        self,
        slack_context: Context,
        slack: FaultySlack,
        clock: FakeClock,
        deliver_due: DeliverDue,
    ) -> None:
        """Clock jumps of two hours back, and an hour and a month ahead, double no message."""
        for hours in (0, -2, 1, 1, 30 * 24, -2):
            clock.advance(hours=hours)
            await deliver_due(slack_context)
            await retention.run(slack_context)

        assert slack.call_counts[POST_METHOD] == 9
        assert set(slack.posted_counts().values()) == {1}

    async def test_repeated_runs_send_once(
        self, slack_context: Context, slack: FaultySlack, deliver_due: DeliverDue
    ) -> None:
        """Repeated runs send each message once."""
        for _ in pairwise(range(4)):
            await deliver_due(slack_context)

        assert slack.call_counts[POST_METHOD] == 9
        assert MARIE.id not in str(slack.tokens)
