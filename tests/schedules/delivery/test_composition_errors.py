"""An error of PostgreSQL in one composition, after which its transaction composes nothing more."""

from datetime import timedelta

from bot.context import Context
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from schedules.delivery.sender import DeliverySender
from tests.doubles import START, full_catalogue
from tests.schedules.delivery.worker_pairs import SlowOutlet, context, outlet, plan_notes

__all__ = ["context", "full_catalogue", "outlet"]

WORKSPACE = "slack:T0NORTH"


async def test_failed_statement_postpones_its_own_message_alone(
    context: Context, outlet: SlowOutlet
) -> None:
    """The others were to be composed after it in the same transaction, and are sent."""
    await plan_notes(context, WORKSPACE, "U00", "U01", "U02")
    composed: list[str] = []

    def compose(repos: Repositories, delivery: Delivery, _context: Context) -> Message:
        composed.append(delivery.person)
        if delivery.person == composed[0]:
            repos._connection.exec_driver_sql("SELECT 1 / 0")
        return Message("", ())

    await DeliverySender(context, {"note": compose}, composes_before_claim=True).send_all_due()

    recipients = {sent.address.person for sent in outlet.sent_messages}
    assert recipients == {"U00", "U01", "U02"} - {composed[0]}
    assert await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.next_due(START)
    ) == START + timedelta(minutes=15)
