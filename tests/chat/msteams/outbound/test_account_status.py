"""Whether a supervisor is still in the team of a channel, as far as Teams reports it."""

import pytest

from bot.outlet import AccountStatus
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHANNEL_ID, MARIE
from tests.chat.msteams.microsoft import PlannedAnswer
from tests.chat.msteams.testbed import MARIE_PERSON, AdapterBench


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (PlannedAnswer(), AccountStatus.ACTIVE),
        (
            PlannedAnswer(404, {"error": {"code": "MemberNotFoundInConversation"}}),
            AccountStatus.CLOSED,
        ),
        (PlannedAnswer(404), AccountStatus.UNKNOWN),
        (PlannedAnswer(500), AccountStatus.UNKNOWN),
    ],
    ids=["member", "left", "unclear", "outage"],
)
async def test_who_left_the_team_of_a_channel_is_known(
    bench: AdapterBench, answer: PlannedAnswer, expected: AccountStatus
) -> None:
    """Only an answer that names the member as missing proves that a person left."""
    if answer.status != 200:
        bench.ms.planned_answers[MARIE] = [answer]
    bench.handlers.replies["tip"] = None
    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))

    status = await bench.adapter.outlet.fetch_account_status(MARIE_PERSON, CHANNEL_ID)

    assert status is expected
