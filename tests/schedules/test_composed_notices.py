"""A notice that is composed when the role of its recipient ends: its table is not sent to them."""

from bot.context import Context
from bot.domain.people import Role
from schedules import COMPOSERS
from schedules.delivery.composition import MessageComposer
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import SUPERVISOR, TEAM, build_person
from tests.schedules.notices import TEAM_HOUR, grant_role, run_tick


async def test_composed_notice_is_not_sent_after_the_role_has_ended(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
) -> None:
    """The claim fails, and the next composition withdraws the notice."""
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)
    deliveries = await supervised_context.store.across_workspaces.read(
        lambda repos: repos.deliveries.list_due_deliveries(SUPERVISOR.workspace, clock(), 100)
    )
    composer = MessageComposer(supervised_context, COMPOSERS)
    (notice,) = [delivery for delivery in deliveries if delivery.recipient == SUPERVISOR]
    (composed,) = await composer.compose([notice])
    assert composed is not None

    await grant_role(supervised_context, TEAM, Role.SUPERVISOR, build_person("successor"))

    assert await composer.claim(notice, composed) is None
    await notice_sender.send_all_due()
    assert SUPERVISOR.id not in {sent.address.person for sent in outlet.sent_messages}
