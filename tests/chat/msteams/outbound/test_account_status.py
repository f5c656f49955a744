"""Whether a supervisor is still in the tenant, as far as Teams reports it."""

import pytest

from bot.outlet import AccountStatus
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHANNEL_ID, MARIE
from tests.chat.msteams.microsoft import PlannedAnswer
from tests.chat.msteams.testbed import MARIE_PERSON, AdapterBench

OTHER_CHANNEL_ID = "19:southteam@thread.tacv2"

MEMBER = PlannedAnswer(body={"id": f"29:{MARIE}"})
MISSING = PlannedAnswer(404, {"error": {"code": "MemberNotFoundInConversation"}})
NOT_INSTALLED = PlannedAnswer(403, {"error": {"code": "ForbiddenOperationException"}})


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([MEMBER], AccountStatus.ACTIVE),
        ([MISSING, MEMBER], AccountStatus.ACTIVE),
        ([MISSING, MISSING, MEMBER], AccountStatus.ACTIVE),
        ([MISSING, MISSING, MISSING], AccountStatus.CLOSED),
        ([MISSING, MISSING, PlannedAnswer(404)], AccountStatus.UNKNOWN),
        ([MISSING, MISSING, PlannedAnswer(500)], AccountStatus.UNKNOWN),
        ([PlannedAnswer(404), MISSING, MISSING], AccountStatus.CLOSED),
        ([NOT_INSTALLED, MEMBER], AccountStatus.ACTIVE),
        ([MISSING, PlannedAnswer(500), MISSING], AccountStatus.CLOSED),
        ([PlannedAnswer(404), PlannedAnswer(404), PlannedAnswer(404)], AccountStatus.UNKNOWN),
    ],
    ids=[
        "first-channel",
        "second-channel",
        "outside-the-channels",
        "left",
        "unclear-chat",
        "outage-of-the-chat",
        "deleted-channel",
        "channel-without-the-bot",
        "outage-of-a-channel",
        "unclear-everywhere",
    ],
)
async def test_only_who_is_in_no_conversation_has_left(
    bench: AdapterBench, answers: list[PlannedAnswer], expected: AccountStatus
) -> None:
    """A supervisor outside the channels of their teams is active while their chat knows them."""
    await send_tip_command(bench)
    bench.ms.planned_answers[MARIE] = list(answers)

    status = await bench.adapter.outlet.fetch_account_status(
        MARIE_PERSON, [CHANNEL_ID, OTHER_CHANNEL_ID]
    )

    assert status is expected
    assert bench.ms.planned_answers[MARIE] == []


@pytest.mark.parametrize(
    ("creation", "expected"),
    [
        (PlannedAnswer(201, {"id": "a:new"}), AccountStatus.ACTIVE),
        (MISSING, AccountStatus.CLOSED),
        (NOT_INSTALLED, AccountStatus.UNKNOWN),
        (PlannedAnswer(404), AccountStatus.UNKNOWN),
    ],
    ids=["known", "left", "not-installed", "unclear"],
)
async def test_an_unknown_chat_is_created_before_somebody_counts_as_left(
    bench: AdapterBench, creation: PlannedAnswer, expected: AccountStatus
) -> None:
    """After a restart the chat's route is not cached; without the app in it nothing is proved."""
    installation = activities.build_installation_update(
        bench.ms.service_url, **activities.channel_parts()
    )
    await bench.send_activity(installation)
    bench.ms.planned_answers[MARIE] = [MISSING]
    bench.ms.planned_answers["conversations"] = [creation]

    status = await bench.adapter.outlet.fetch_account_status(MARIE_PERSON, [CHANNEL_ID])

    assert status is expected


async def send_tip_command(bench: AdapterBench) -> None:
    """Let Marie write to the bot, so that it knows her chat and the service URL."""
    bench.handlers.replies["tip"] = None
    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))
