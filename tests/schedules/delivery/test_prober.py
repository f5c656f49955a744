"""Probes precede messages after an outage, and end suspensions; they come ever more rarely."""

from itertools import pairwise

import pytest

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from bot.outlet import ProbeResult, ProbeStatus
from bot.store.repositories.workspaces import WorkspaceState
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CHANNEL, CLINICIANS, TEAM
from tests.schedules.delivery.test_sender import count_states

DOUBT = SendResult(SendStatus.UNKNOWN, reason="http_502")
REVOKED = ProbeResult(ProbeStatus.REFUSED, "token_revoked")
UNAVAILABLE = ProbeResult(ProbeStatus.UNAVAILABLE, "http_502")


async def deliver_due(context: Context) -> int:
    """Run a new sender, as after a restart; return how many messages were sent."""
    return await DeliverySender(context, COMPOSERS).send_all_due()


async def load_state(context: Context) -> WorkspaceState:
    """Return the stored state of the team's workspace."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.workspaces.get_state(TEAM.workspace)
    )


async def suspend_workspace(context: Context, reason: str) -> None:
    """Suspend the team's workspace, as an event does."""
    await context.store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend(TEAM.workspace, reason)
    )


async def count_probes(
    context: Context, outlet: RecordingOutlet, clock: FakeClock, minutes: int, step: int = 1
) -> list[int]:
    """Deliver every *step* minutes; return the minutes at which a probe was seen."""
    probed_minutes = []
    for minute in range(0, minutes, step):
        seen_count = len(outlet.probed_addresses)
        await deliver_due(context)
        if len(outlet.probed_addresses) > seen_count:
            probed_minutes.append(minute)
        clock.advance(minutes=step)
    return probed_minutes


async def test_an_outage_is_probed_ever_more_rarely(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """During an outage of 90 minutes nothing more is posted, and the probes grow rarer."""
    outlet.send_result, outlet.probe_result = DOUBT, UNAVAILABLE
    probed_minutes = await count_probes(planned_context, outlet, clock, 90)
    gaps = [later - earlier for earlier, later in pairwise(probed_minutes)]

    assert await count_states(planned_context) == {"sending": 3, "planned": 6}
    assert probed_minutes[0] <= 2
    assert 6 <= len(probed_minutes) <= 12
    assert max(gaps) <= 16
    assert min(gaps[4:]) > max(gaps[:2])


async def test_the_first_message_after_an_outage_follows_a_probe(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A successful probe precedes the messages, and the first of them resets the count."""
    outlet.send_result = DOUBT
    await deliver_due(planned_context)
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(minutes=1)

    assert await deliver_due(planned_context) == 6
    assert len(outlet.probed_addresses) == 1
    assert (await load_state(planned_context)).probe_count == 0


async def test_a_probe_that_succeeds_too_early_costs_one_message(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """If only posting fails, each probe is followed by one message in doubt, not by three."""
    outlet.send_result = DOUBT
    for _ in range(3):
        await deliver_due(planned_context)
        clock.advance(minutes=5)

    assert len(outlet.probed_addresses) == 2
    states = await count_states(planned_context)
    assert states["planned"] == 9 - 3 - 2


async def test_a_single_message_in_doubt_rests_the_workspace(
    team_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A run that ends in doubt is an outage, so that the next run starts with a probe."""
    await weekly_checkin.run(team_context)
    outlet.send_result = DOUBT
    await deliver_due(team_context)

    assert (await load_state(team_context)).is_resting(clock.current_time)
    assert (await load_state(team_context)).probe_count == 1


async def test_a_requested_delay_lengthens_the_rest(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A probe that is answered with Retry-After rests for at least that long."""
    outlet.send_result = DOUBT
    await deliver_due(planned_context)
    outlet.probe_result = ProbeResult(ProbeStatus.UNAVAILABLE, "ratelimited", 1800)
    clock.advance(minutes=1)
    await deliver_due(planned_context)
    clock.advance(minutes=29)

    assert (await load_state(planned_context)).is_resting(clock.current_time)
    clock.advance(minutes=1)
    assert not (await load_state(planned_context)).is_resting(clock.current_time)


@pytest.mark.parametrize("seconds", [float("inf"), 1e15])
async def test_an_absurd_delay_is_bounded(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock, seconds: float
) -> None:
    """However long the delay that a probe is answered with, the rest lasts an hour at most."""
    outlet.send_result = DOUBT
    await deliver_due(planned_context)
    outlet.probe_result = ProbeResult(ProbeStatus.UNAVAILABLE, "ratelimited", seconds)
    clock.advance(minutes=1)
    await deliver_due(planned_context)
    clock.advance(minutes=61)

    assert not (await load_state(planned_context)).is_resting(clock.current_time)


async def test_a_revoked_token_is_probed_up_to_daily(
    team_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A suspended workspace without a due message is probed after a minute, then ever later."""
    await suspend_workspace(team_context, "token_revoked")
    outlet.probe_result = REVOKED
    first_hour = await count_probes(team_context, outlet, clock, 60)
    later_days = await count_probes(team_context, outlet, clock, 14 * 24 * 60, step=60)
    last_gaps = [later - earlier for earlier, later in pairwise(later_days[-4:])]

    assert first_hour[0] <= 1
    assert 5 <= len(first_hour) <= 8
    assert all(17 * 60 <= gap <= 25 * 60 for gap in last_gaps)


async def test_a_successful_probe_ends_a_suspension(
    planned_context: Context,
    outlet: RecordingOutlet,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With a token that is accepted again the messages continue without a restart."""
    outlet.send_result = SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason="token_revoked")
    await deliver_due(planned_context)
    outlet.send_result = SendResult(SendStatus.SENT)
    assert await deliver_due(planned_context) == 0
    clock.advance(minutes=1)

    assert await deliver_due(planned_context) == 9
    assert "workspaces.opened" in caplog.text
    assert (await load_state(planned_context)) == WorkspaceState()


async def test_an_uninstalled_workspace_is_never_probed(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Only a new installation ends the suspension of a workspace that removed the bot."""
    await suspend_workspace(planned_context, "app_uninstalled")
    for _ in range(3):
        await deliver_due(planned_context)
        clock.advance(days=1)

    assert outlet.probed_addresses == []
    assert (await load_state(planned_context)).suspension_reason == "app_uninstalled"


async def test_accepted_probes_and_refused_messages_grow_rarer(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A workspace that accepts probes and refuses messages gets a dozen of them in a day."""
    outlet.send_result = SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason="missing_scope")
    probed_minutes = await count_probes(planned_context, outlet, clock, 24 * 60, step=5)

    assert 5 <= len(probed_minutes) <= 13


async def test_a_probe_during_an_outage_can_suspend(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A token that was revoked during the outage suspends the workspace without a message."""
    outlet.send_result, outlet.probe_result = DOUBT, REVOKED
    await deliver_due(planned_context)
    clock.advance(minutes=1)
    await deliver_due(planned_context)

    assert (await load_state(planned_context)).suspension_reason == "token_revoked"
    assert await count_states(planned_context) == {"sending": 3, "planned": 6}


async def test_a_probe_is_addressed_to_the_next_message(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The probe concerns the chat of a message that is due."""
    outlet.send_result = DOUBT
    await deliver_due(planned_context)
    clock.advance(minutes=1)
    await deliver_due(planned_context)
    (address,) = outlet.probed_addresses

    assert address.person in {clinician.id for clinician in CLINICIANS}


async def test_a_probe_without_a_message_is_addressed_to_a_channel(
    team_context: Context, outlet: RecordingOutlet
) -> None:
    """Without a message that is due or in doubt, the probe concerns a team's channel."""
    await suspend_workspace(team_context, "token_revoked")
    await deliver_due(team_context)
    (address,) = outlet.probed_addresses

    assert (address.person, address.channel) == ("", CHANNEL)
