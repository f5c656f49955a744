"""Marks of unreachable people, channels and workspaces, and what causes them on each product."""

from datetime import timedelta

from bot.conversation import Person
from bot.store.repositories import Repositories
from tests.chat.expectations import MONDAY, advance_and_deliver
from tests.chat.msteams import activities, microsoft
from tests.chat.on_slack import SlackProduct
from tests.chat.on_teams import TeamsProduct
from tests.chat.slack import payloads, web_api
from tests.chat.surfaces import Product


def workspace_of(product: Product) -> str:
    """Return the key of the product's workspace."""
    return f"{'slack' if isinstance(product, SlackProduct) else 'msteams'}:{product.workspace}"


async def get_marks(product: Product) -> tuple[str, str, str]:
    """Return why Marie, the team's channel and the workspace get no messages, ``""`` if they do."""
    workspace = workspace_of(product)

    def read_marks(repos: Repositories) -> tuple[str, str, str]:
        team = repos.teams.get_by_channel(workspace, product.channel)
        assert team
        return (
            repos.people.get(Person(workspace, product.marie)).unreachable_reason,
            team.unreachable_reason,
            repos.workspaces.suspension_reason(workspace),
        )

    return await product.bot.context.store.across_workspaces.read(read_marks)


def refuse_next_message(product: Product, slack_code: str, teams_code: str) -> None:
    """Plan the product's next response to a message to be an error code."""
    if isinstance(product, SlackProduct):
        product.api.planned_answers["chat.postMessage"] = [
            web_api.PlannedAnswer({"ok": False, "error": slack_code})
        ]
    elif isinstance(product, TeamsProduct):
        product.ms.planned_answers["activities"] = [
            microsoft.PlannedAnswer(403, {"error": {"code": teams_code}})
        ]


async def join_and_deliver(product: Product) -> None:
    """Join as Marie, and deliver the team's introduction card."""
    await product.run_command(product.marie, "checkin join")
    await product.bot.run_duties_and_deliver()


async def block_bot(product: Product) -> None:
    """Refuse Marie's check-in as if she had blocked the bot."""
    await join_and_deliver(product)
    refuse_next_message(product, "cannot_dm_bot", "ConversationBlockedByUser")
    await advance_and_deliver(product, MONDAY + timedelta(minutes=1))
    assert (await get_marks(product))[0]


async def suspend_workspace(product: Product) -> None:
    """Refuse Marie's check-in for the whole workspace."""
    await join_and_deliver(product)
    refuse_next_message(product, "account_inactive", "TenantNotAllowed")
    await advance_and_deliver(product, MONDAY + timedelta(minutes=1))
    assert (await get_marks(product))[2]


async def close_account(product: Product) -> None:
    """Close Marie's account; Teams reports no account, so there she removes the app."""
    if isinstance(product, SlackProduct):
        user = {"id": product.marie, "deleted": True}
        product.api.planned_answers["users.info"] = web_api.PlannedAnswer(
            {"ok": True, "user": user}
        )
        await product.send_event(payloads.build_event("user_change", user=user))
    elif isinstance(product, TeamsProduct):
        await product.send_event(
            activities.build_installation_update(product.ms.service_url, "remove", product.marie),
            product.marie,
        )


def open_account(product: SlackProduct) -> web_api.PlannedAnswer:
    """Return Slack's profile of Marie's open account."""
    user = {"id": product.marie, "locale": "en-US", "tz": "America/Toronto"}
    return web_api.PlannedAnswer({"ok": True, "user": user})
