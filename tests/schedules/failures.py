"""What may go wrong with a message, and what becomes of it, however draining is run.

Whoever runs the drain in another way inherits :class:`Claims` and gives it a ``drained``
fixture. The store, the composers and the way to Slack's Web API are real; Slack itself is
a stand-in on loopback, and the clock is the test's own.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.context import Context
from bot.conversation import Address, Person
from bot.domain.people import Clinician
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from schedules import daily_tip, retention
from tests.doubles import FakeClock
from tests.journeys.faulty_slack import FaultySlack, SlackFailure, run_faulty_slack
from tests.sample_team import CLINICIANS, MARIE, OTHER_TEAM, TEAM, WORKSPACE, set_up_team

DeliverDue = Callable[[Context], Awaitable[None]]
"""Sends what is owed at a desk now, and returns when nothing more can be done just now."""

OTHER_WORKSPACE = "slack:T0ELSEWHERE"
POST_METHOD, HISTORY_METHOD = "chat.postMessage", "conversations.history"


@pytest.fixture
def slack() -> Iterator[FaultySlack]:
    """A Slack in which everything can go wrong, and that lets us look into private chats."""
    with run_faulty_slack() as running:
        yield running


@pytest.fixture
async def owing(context: Context, slack: FaultySlack) -> AsyncIterator[Context]:
    """A desk whose nine clinicians are each owed a check-in through a real way to Slack."""

    async def get_token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    line = ApiClient(slack.api_url, get_token)
    await set_up_team(context)
    await context.store.write(lambda repos: plan_checkins(repos, context, "2026-W27"))
    yield replace(context, outlets={"slack": SlackOutlet(line)})
    await line.close()


def plan_checkins(
    repos: Repositories, context: Context, slot: str, workspace: str = WORKSPACE
) -> None:
    """Owe each clinician a check-in now, and for thirty hours; their chats are known."""
    now = context.now()
    for one in CLINICIANS:
        person = replace(one, workspace=workspace)
        repos.people.join_team(person, TEAM.id)
        repos.chat_routes.save_route(Address(workspace, person.id), f"D{person.id[1:]}")
        late = now + timedelta(hours=30)
        repos.deliveries.plan_deliveries(
            [PlannedDelivery(workspace, "checkin", person.id, "", slot, now, late, "square")]
        )


def _load_person(repos: Repositories, person: Person) -> Clinician:
    """Load one clinician."""
    return repos.people.get(person)


async def count_deliveries(context: Context) -> Counter[str]:
    """How many deliveries stand where."""
    counted: Counter[str] = Counter()
    for one in await context.store.read(lambda repos: repos.deliveries.count_by_state()):
        counted[one.state.value] += one.count
    return counted


class DeliveryFailureClaims:
    """Whatever goes wrong, nobody gets a message twice, and what is not sent is counted."""

    async def test_a_rest_asked_for_is_given_to_that_workspace_alone(
        self, owing: Context, slack: FaultySlack, clock: FakeClock, drained: DeliverDue
    ) -> None:
        """After a 429 with thirty seconds, not one call for it; the other goes on meanwhile."""
        await owing.store.write(
            lambda repos: plan_checkins(repos, owing, "2026-W27", OTHER_WORKSPACE)
        )
        slack.plan_failures(POST_METHOD, SlackFailure(429, "ratelimited", retry_after_seconds=30))
        for _ in range(3):
            await drained(owing)
            clock.advance(seconds=9)

        assert sorted(Counter(slack.tokens).values()) == [1, 9]
        clock.advance(seconds=4)
        await drained(owing)
        assert await count_deliveries(owing) == {"sent": 18}
        assert sorted(Counter(slack.tokens).values()) == [9, 10]

    @pytest.mark.parametrize(
        "trouble",
        [
            SlackFailure(503, "service_unavailable"),
            SlackFailure(500, "internal_error"),
            SlackFailure(200, "fatal_error"),
            SlackFailure(200, None),
        ],
        ids=["503", "500", "fatal_error", "hung_up"],
    )
    @pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
    async def test_an_error_is_no_proof(
        self,
        owing: Context,
        slack: FaultySlack,
        clock: FakeClock,
        drained: DeliverDue,
        trouble: SlackFailure,
        effect: bool,  # noqa: FBT001 - pytest hands it over by name
    ) -> None:
        """Whether it took effect is looked into: sent again if not, and never if so."""
        slack.plan_failures(POST_METHOD, replace(trouble, takes_effect=effect))
        await drained(owing)
        assert await count_deliveries(owing) == {"sent": 8, "sending": 1}
        clock.advance(seconds=41)
        await drained(owing)

        assert await count_deliveries(owing) == {"sent": 9}
        assert set(slack.posted_counts().values()) == {1}
        assert len(slack.posted_counts()) == 9
        assert slack.call_counts[POST_METHOD] == (9 if effect else 10)

    async def test_an_effect_that_comes_after_we_hung_up_is_waited_for(
        self, owing: Context, slack: FaultySlack, clock: FakeClock, drained: DeliverDue
    ) -> None:
        """A message that Slack posts later than we waited is found, as nobody looks too soon."""
        outlet = owing.outlets["slack"]
        assert isinstance(outlet, SlackOutlet)
        session = outlet._api_client.get_session()
        usual, session._timeout = session._timeout, type(session._timeout)(total=1.0)
        slack.plan_failures(POST_METHOD, SlackFailure(takes_effect=True, delay_seconds=1.5))
        await drained(owing)
        session._timeout = usual
        await drained(owing)
        assert (await count_deliveries(owing))["sending"] == 1
        await asyncio.sleep(1.0)  # by then it took effect, as it does within the settling time
        clock.advance(seconds=41)
        await drained(owing)

        assert await count_deliveries(owing) == {"sent": 9}
        assert set(slack.posted_counts().values()) == {1}

    @pytest.mark.parametrize(
        "trouble",
        [
            SlackFailure(429, "ratelimited", retry_after_seconds=60),
            SlackFailure(200, "missing_scope"),
        ],
        ids=["429", "missing_scope"],
    )
    async def test_what_cannot_be_looked_into_is_never_sent_again(
        self,
        owing: Context,
        slack: FaultySlack,
        clock: FakeClock,
        drained: DeliverDue,
        trouble: SlackFailure,
    ) -> None:
        """It stays in doubt, and ends as unconfirmed."""
        slack.plan_failures(POST_METHOD, SlackFailure(503, "service_unavailable"))
        slack.plan_failures(HISTORY_METHOD, trouble, times=99)
        await drained(owing)
        for hours in (0.02, 1, 15, 15, 24, 1):
            clock.advance(hours=hours)
            await drained(owing)
            await retention.run(owing)

        assert await count_deliveries(owing) == {"sent": 8, "unconfirmed": 1}
        assert slack.call_counts[POST_METHOD] == 9
        assert slack.call_counts[HISTORY_METHOD] <= 6

    @pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
    async def test_a_workspace_that_refuses_us_is_suspended_once_and_said_once(
        self,
        owing: Context,
        slack: FaultySlack,
        drained: DeliverDue,
        caplog: pytest.LogCaptureFixture,
        error: str,
    ) -> None:
        """One call, one line in the log, and nothing more until it lets us in again."""
        slack.plan_failures(POST_METHOD, SlackFailure(200, error), times=99)
        for _ in range(3):
            await drained(owing)

        assert slack.call_counts[POST_METHOD] == 1
        said = [one for one in caplog.records if one.message == "workspaces.closed"]
        assert [(one.levelno, one.__dict__["reason"]) for one in said] == [(logging.WARNING, error)]
        assert WORKSPACE not in caplog.text

    @pytest.mark.parametrize("error", ["channel_not_found", "user_disabled", "not_in_channel"])
    async def test_a_person_who_takes_no_messages_is_suspended_alone(
        self, owing: Context, slack: FaultySlack, drained: DeliverDue, error: str
    ) -> None:
        """One call for them, in this week and the next; everybody else gets theirs."""
        slack.plan_failures(POST_METHOD, SlackFailure(200, error))
        await drained(owing)
        people = [await owing.store.read(partial(_load_person, person=one)) for one in CLINICIANS]
        reasons = [person.unreachable_reason for person in people]

        assert await count_deliveries(owing) == {"sent": 8, "gone": 1}
        assert sorted(reasons) == [""] * 8 + [error]

    @pytest.mark.parametrize("error", ["is_archived", "channel_not_found", "not_in_channel"])
    async def test_a_channel_that_takes_no_messages_is_suspended_alone(
        self, owing: Context, slack: FaultySlack, clock: FakeClock, drained: DeliverDue, error: str
    ) -> None:
        """Its tips end with one call; another team's tips and the check-ins go on."""
        await set_up_team(owing, OTHER_TEAM, clinicians=(), supervisors=())
        await drained(owing)
        clock.advance(days=1)
        await daily_tip.run(owing)
        slack.plan_failures(POST_METHOD, SlackFailure(200, error))
        await drained(owing)
        clock.advance(days=2)
        await daily_tip.run(owing)
        await drained(owing)

        assert await count_deliveries(owing) == {"sent": 9 + 2, "gone": 1}

    @pytest.mark.parametrize(
        ("away", "left"),
        [
            (timedelta(minutes=10), {"sent": 9}),
            (timedelta(hours=5), {"sent": 9}),
            (timedelta(days=3), {"missed": 9}),
        ],
        ids=["ten_minutes", "five_hours", "three_days"],
    )
    async def test_after_a_downtime_what_is_still_worth_sending_is_sent(
        self,
        owing: Context,
        slack: FaultySlack,
        clock: FakeClock,
        drained: DeliverDue,
        away: timedelta,
        left: dict[str, int],
    ) -> None:
        """Late is better than never, until it is too late; then it is counted as missed."""
        clock.current_time += away
        await drained(owing)
        await retention.run(owing)

        assert await count_deliveries(owing) == left

    async def test_a_clock_that_jumps_doubles_nothing(
        self, owing: Context, slack: FaultySlack, clock: FakeClock, drained: DeliverDue
    ) -> None:
        """Two hours back, an hour and a month ahead: nine messages in all."""
        for hours in (0, -2, 1, 1, 30 * 24, -2):
            clock.advance(hours=hours)
            await drained(owing)
            await retention.run(owing)

        assert slack.call_counts[POST_METHOD] == 9
        assert set(slack.posted_counts().values()) == {1}

    async def test_draining_twice_at_once_sends_once(
        self, owing: Context, slack: FaultySlack, drained: DeliverDue
    ) -> None:
        """However often it is begun, each message has one sender."""
        for _ in pairwise(range(4)):
            await drained(owing)

        assert slack.call_counts[POST_METHOD] == 9
        assert MARIE.id not in str(slack.tokens)
