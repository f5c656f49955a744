"""Whether the account of a supervisor is in use, as far as Slack reports it."""

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.conversation import Person
from bot.outlet import AccountStatus
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer


async def test_the_status_of_an_account_follows_its_profile(api: FakeWebApi) -> None:
    """A closed account is closed, and a failed call proves nothing."""

    async def get_token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    api_client = ApiClient(api.url, get_token)
    outlet, statuses = SlackOutlet(api_client), []
    for user in ({"tz": "UTC"}, {"deleted": True}):
        api.planned_answers["users.info"] = PlannedAnswer({"ok": True, "user": user})
        statuses.append(await outlet.fetch_account_status(Person("slack:T1", "U1"), ["C1"]))
    api.plan_error("users.info", "fatal_error")
    statuses.append(await outlet.fetch_account_status(Person("slack:T1", "U1"), ["C1"]))
    await api_client.close()

    assert statuses == [AccountStatus.ACTIVE, AccountStatus.CLOSED, AccountStatus.UNKNOWN]
