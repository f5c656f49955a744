"""Messages are composed before their claim: what ends them in between, and what makes them old."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from bot.context import Context
from bot.conversation import Address, Person, SendResult
from bot.domain.checkins.scheduling import Postponement
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Message
from bot.store.group_commit import QueuedJob
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import encode_introduction_detail
from bot.store.repositories.deliveries import Delivery, PlannedDelivery
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.doubles import START, FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, TEAM, set_up_team

Job = Callable[[Repositories, Person], object]


def leave(repos: Repositories, person: Person) -> None:
    """End the check-ins of *person*."""
    repos.people.leave_checkins(person)


def pause(repos: Repositories, person: Person) -> None:
    """Pause the check-ins of *person* for weeks."""
    repos.people.pause_checkins(person, date(2026, 8, 1))


def become_unreachable(repos: Repositories, person: Person) -> None:
    """Record that the product refuses messages to *person*."""
    repos.people.mark_unreachable(person, "user_disabled")


def take_off_list(repos: Repositories, person: Person) -> None:
    """Declare a list without *person*."""
    repos.teams.declare_clinicians(TEAM.id, [each for each in CLINICIANS if each != person])


def remove_team(repos: Repositories, _person: Person) -> None:
    """Remove the team."""
    repos.team_lifecycle.remove(TEAM, date(2026, 7, 1))
    repos.teams.declare_clinicians(TEAM.id, ())


def erase(repos: Repositories, person: Person) -> None:
    """Erase everything about *person*."""
    repos.person_erasures.erase_present([person])


class HookedOutlet(RecordingOutlet):
    """An outlet that awaits a function while it sends its first message."""

    hook: Callable[[], Awaitable[object]] | None = None

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Record the message, and await the function once."""
        hook, self.hook = self.hook, None
        if hook is not None:
            await hook()
        return await super().send(to, message, delivery_id)


@pytest.mark.parametrize(
    "job", [leave, pause, become_unreachable, take_off_list, remove_team, erase]
)
async def test_message_that_is_composed_already_is_not_sent(
    planned_context: Context, job: Job
) -> None:
    """The first five are composed at once; what ends the second one's after that holds."""
    outlet = HookedOutlet()
    context = replace(planned_context, outlets={"slack": outlet})
    composed: list[Person] = []

    def compose(
        repos: Repositories, delivery: Delivery, context: Context
    ) -> Message | Postponement | None:
        composed.append(delivery.recipient)
        return COMPOSERS[DeliveryKind.CHECKIN](repos, delivery, context)

    async def end_messages_of_second() -> None:
        assert len(composed) == 5
        await context.store.across_workspaces.write(lambda repos: job(repos, composed[1]))

    outlet.hook = end_messages_of_second
    await DeliverySender(
        context, {**COMPOSERS, DeliveryKind.CHECKIN: compose}, composes_before_claim=True
    ).send_all_due()

    recipients = [sent.address.person for sent in outlet.sent_messages]
    assert recipients[0] == composed[0].id
    assert composed[1].id not in recipients


async def test_old_message_is_composed_again(planned_context: Context, clock: FakeClock) -> None:
    """The first message takes six seconds, so that the four composed with it are composed anew."""
    outlet = HookedOutlet()
    context = replace(planned_context, outlets={"slack": outlet})
    compositions: Counter[str] = Counter()

    def compose(
        repos: Repositories, delivery: Delivery, context: Context
    ) -> Message | Postponement | None:
        compositions[delivery.person] += 1
        return COMPOSERS[DeliveryKind.CHECKIN](repos, delivery, context)

    async def pass_time() -> None:
        clock.advance(seconds=6)

    outlet.hook = pass_time
    await DeliverySender(
        context, {**COMPOSERS, DeliveryKind.CHECKIN: compose}, composes_before_claim=True
    ).send_all_due()

    assert list(compositions.values()) == [1, 2, 2, 2, 2, 1, 1, 1, 1]
    assert len(outlet.sent_messages) == len(CLINICIANS)


def build_sender(context: Context, pass_time: Callable[[], object]) -> DeliverySender:
    """Return a sender each of whose claims waits for another writer, who calls *pass_time*.

    What is composed in the claim itself, on the writer's thread, is not followed by another one.
    """

    def compose(
        repos: Repositories, delivery: Delivery, context: Context
    ) -> Message | Postponement | None:
        if threading.current_thread().name != "attune-writer":
            context.store._writer.enqueue_job(QueuedJob(lambda _repos: pass_time()))
        return COMPOSERS[DeliveryKind.CHECKIN](repos, delivery, context)

    return DeliverySender(
        context, {**COMPOSERS, DeliveryKind.CHECKIN: compose}, composes_before_claim=True
    )


async def test_busy_store_stops_no_message(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Each claim waits for six seconds, so that its message is composed again in it."""
    sender = build_sender(planned_context, lambda: clock.advance(seconds=6))
    await asyncio.wait_for(sender.send_all_due(), 10)

    recipients = [sent.address.person for sent in outlet.sent_messages]
    assert sorted(recipients) == sorted(person.id for person in CLINICIANS)


async def test_claim_that_waits_into_quiet_hours_is_postponed(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """What was composed at nine in the morning is not sent at nine in the evening."""
    evening = START + timedelta(hours=12)
    sender = build_sender(planned_context, partial(setattr, clock, "current_time", evening))
    await asyncio.wait_for(sender.send_all_due(), 10)

    assert outlet.sent_messages == []
    assert await planned_context.store.across_workspaces.read(
        lambda repos: repos.deliveries.next_due(evening)
    ) == evening + timedelta(hours=10.5)


async def test_composed_post_does_not_name_who_was_erased(
    context: Context, outlet: RecordingOutlet
) -> None:
    """The card of a set-up by somebody whose traces are erased while another one is sent."""
    await set_up_team(context)
    hooked, setter = HookedOutlet(), CLINICIANS[1]
    cards = [
        PlannedDelivery(
            TEAM.workspace,
            DeliveryKind.INTRODUCTION,
            "",
            TEAM.channel,
            f"slot-{hours}",
            START - timedelta(hours=hours),
            START + timedelta(days=1),
            encode_introduction_detail(person.id),
        )
        for hours, person in ((2, CLINICIANS[0]), (1, setter))
    ]
    scope = context.store.across_workspaces
    await scope.write(lambda repos: repos.deliveries.plan_deliveries(cards))

    async def erase_setter() -> None:
        assert await scope.write(lambda repos: repos.named_persons.erase(setter))

    hooked.hook = erase_setter
    sending_context = replace(context, outlets={"slack": hooked})
    await DeliverySender(sending_context, COMPOSERS, composes_before_claim=True).send_all_due()

    assert [setter.id in str(sent.message) for sent in hooked.sent_messages] == [False, False]
