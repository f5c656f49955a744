"""The rows of messages in the permission table: who gets which message without a request."""

from datetime import timedelta

from sqlalchemy import select

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role
from bot.domain.permission_table import MESSAGES
from bot.domain.permissions import GRANTS, AccessRole, Grant, Right
from bot.store.repositories import Repositories
from bot.store.schema import deliveries
from tests.chat.expectations import MONDAY, advance_and_deliver
from tests.chat.recovery import workspace_of
from tests.chat.surfaces import Product

DIRECTOR_ID = "U0DIRECTOR"
WEEKS = 24
"""Until a check-in that nobody answers ends with its last note, and periods have closed."""

ON_REQUEST = {DeliveryKind.SHARE, DeliveryKind.SUPERVISOR_ASSIGNMENT}
"""Posts in the channel that follow from a form; no clock plans them."""


async def live_through(product: Product) -> dict[str, set[str]]:
    """Let the duties run for :data:`WEEKS`, and return the recipients of each delivery kind.

    ``""`` is the team's channel.
    """

    def add_director(repos: Repositories) -> None:
        (team,) = repos.teams.list_teams()
        director = Person(workspace_of(product), DIRECTOR_ID)
        repos.teams.set_role_holders(team.id, Role.DIRECTOR, [director])

    def list_recipients(repos: Repositories) -> list[tuple[str, str]]:
        query = select(deliveries.c.kind, deliveries.c.person)
        return [(row.kind, row.person) for row in repos._connection.execute(query)]

    scope = product.bot.context.store.across_workspaces
    await scope.write(add_director)
    await product.run_command(product.marie, "checkin join")
    recipients: dict[str, set[str]] = {}
    for week in range(WEEKS):
        for day in (0,) if week else (0, 1):
            await advance_and_deliver(product, MONDAY + timedelta(weeks=week, days=day, minutes=1))
        for kind, person in await scope.read(list_recipients):
            recipients.setdefault(kind, set()).add(person)
    return recipients


async def test_every_message_goes_to_the_roles_of_its_row(slack: Product) -> None:
    """A message in a channel has a row for the channel; any other goes to each role of its row."""
    person_ids = {
        AccessRole.CLINICIAN: slack.marie,
        AccessRole.SUPERVISOR: slack.supervisor,
        AccessRole.DIRECTOR: DIRECTOR_ID,
    }
    expected = {}
    for kind, permission in MESSAGES.items():
        granted = {
            role for role, grant in GRANTS[permission.right].items() if grant is Grant.ALWAYS
        }
        is_post = permission.right is Right.CHANNEL
        expected[kind] = {""} if is_post else {person_ids[role] for role in granted}

    recipients = await live_through(slack)

    assert recipients == {
        kind: persons for kind, persons in expected.items() if kind not in ON_REQUEST
    }
