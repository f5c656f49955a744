"""The lookup that recognizes a guest account of the tenant."""

import pytest

from bot.affiliation import Affiliation
from tests.chat.msteams import activities, testbed
from tests.chat.msteams.activities import CHANNEL_ID, MARIE
from tests.chat.msteams.microsoft import FakeMicrosoft, PlannedAnswer
from tests.chat.msteams.testbed import AdapterBench

CHAT_ACCOUNT_ID = f"29:{MARIE}"

GUEST_PARTS = {
    "by role": {"userRole": "guest"},
    "by principal name": {"userPrincipalName": "marie_other.example#EXT#@clinic.example"},
    "by tenant": {"tenantId": "99999999-2222-4333-8444-555555555555"},
}


async def find_affiliations(
    bench: AdapterBench, *activity_parts: dict[str, object]
) -> list[object]:
    """Send a tip command with each of the parts, and return the requests' affiliations."""
    bench.handlers.replies["tip"] = None
    for parts in activity_parts:
        await bench.send_activity(
            {**activities.build_message(bench.ms.service_url, "tip"), **parts}
        )
    return [request.affiliation for request in bench.handlers.requests]


@pytest.mark.parametrize("parts", GUEST_PARTS.values(), ids=GUEST_PARTS.keys())
async def test_a_guest_is_external(bench: AdapterBench, parts: dict[str, str]) -> None:
    """A guest account is recognized, although an activity does not tell it from a member's."""
    bench.ms.account_parts[MARIE] = parts

    assert await find_affiliations(bench, {}) == [Affiliation.EXTERNAL]


async def test_a_member_is_looked_up_once(bench: AdapterBench) -> None:
    """The account is fetched before the first request, and cached for the later ones."""
    assert await find_affiliations(bench, {}, {}) == [Affiliation.MEMBER] * 2
    assert bench.ms.account_lookups == [CHAT_ACCOUNT_ID]


async def test_an_external_sender_is_not_looked_up(bench: AdapterBench) -> None:
    """Where the activity already names another organisation, no call is made."""
    await find_affiliations(bench, {"from": {"id": "29:visitor"}})

    assert bench.ms.account_lookups == []


async def test_a_card_action_is_looked_up(bench: AdapterBench) -> None:
    """A button's sender is looked up in the channel, without the suffix of its thread."""
    bench.ms.account_parts[MARIE] = {"userRole": "guest"}
    bench.handlers.replies["tip.next"] = None
    data = activities.button_data("tip.next")

    await bench.send_activity(
        activities.build_card_action(
            bench.ms.service_url, data, **activities.channel_parts(thread_id="1")
        )
    )

    assert bench.handlers.requests[0].affiliation is Affiliation.EXTERNAL
    assert bench.handlers.requests[0].channel == CHANNEL_ID


@pytest.mark.parametrize(
    "failure", [PlannedAnswer(404), PlannedAnswer(429), PlannedAnswer(drops_connection=True)]
)
async def test_a_failed_lookup_is_repeated(bench: AdapterBench, failure: PlannedAnswer) -> None:
    """While the lookup fails the affiliation is unknown; the next request repeats it."""
    bench.ms.account_parts[MARIE] = {"userRole": "guest"}
    bench.ms.planned_answers[CHAT_ACCOUNT_ID] = [failure]

    assert await find_affiliations(bench, {}, {}) == [Affiliation.UNKNOWN, Affiliation.EXTERNAL]


async def test_a_local_stand_in_is_not_asked(ms: FakeMicrosoft) -> None:
    """Without token validation, as in the Playground, no account is looked up."""
    async with testbed.open_bench(ms, allow_unsigned=True) as bench:
        assert await find_affiliations(bench, {}) == [Affiliation.MEMBER]

    assert ms.account_lookups == []
