from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from schedules.checkin_messages import compose_checkin
from tests.attacks.database_copies import BotInstance, open_instance
from tests.sample_team import CLINICIANS, MARIE, TEAM, WORKSPACE, set_up_team

PRACTICE_TEAM = replace(TEAM, practice="practice")
SIBLING_COUNT = 3


async def test_what_a_check_in_reads_does_not_grow_with_the_practice(tmp_path: Path) -> None:
    """Also for a person who does not count, whose pause is not looked for."""
    async with open_instance(tmp_path) as instance:
        await set_up_team(instance.context, PRACTICE_TEAM, CLINICIANS[:2])
        await instance.context.store.across_workspaces.write(plan_checkin_of(instance))
        count_before = await count_statements(instance)
        for number in range(SIBLING_COUNT):
            sibling = replace(PRACTICE_TEAM, id=f"team{number}", channel=f"C0SIBLING{number}")
            await set_up_team(instance.context, sibling, (), ())

        assert await count_statements(instance) == count_before


def plan_checkin_of(instance: BotInstance) -> Callable[[Repositories], None]:
    """Return the job that joins a person to the team and plans a check-in that is due now."""
    due = instance.context.now()
    planned = PlannedDelivery(
        WORKSPACE, DeliveryKind.CHECKIN, MARIE.id, "", "2026-W27", due, due + timedelta(1), "square"
    )

    def plan_checkin(repos: Repositories) -> None:
        repos.people.join_team(MARIE, TEAM.id)
        repos.deliveries.plan_deliveries([planned])

    return plan_checkin


async def count_statements(instance: BotInstance) -> int:
    """Return the number of statements by which the check-in that is due is composed."""
    context, statements = instance.context, []

    def record(*arguments: Any) -> None:
        statements.append(arguments[2])

    def compose(repos: Repositories) -> object:
        (delivery,) = repos.deliveries.list_due_deliveries(WORKSPACE, context.now(), 2)
        return compose_checkin(repos, delivery, context)

    engine = context.store._engines.reader
    event.listen(engine, "before_cursor_execute", record)
    message = await context.store.across_workspaces.read(compose)
    event.remove(engine, "before_cursor_execute", record)
    assert isinstance(message, Message)
    return len(statements)
