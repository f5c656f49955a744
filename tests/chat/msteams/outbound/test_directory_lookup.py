"""The lookup of the names that a card shows."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import time

import pytest

from bot.chat.msteams.conversation_ref import ConversationRef
from bot.chat.msteams.directory_cache import (
    NAME_CACHE_SECONDS,
    ROSTER_CACHE_SECONDS,
    DirectoryCache,
)
from bot.chat.msteams.outbound.access_token import DummyTokenProvider
from bot.chat.msteams.outbound.api_client import ApiClient
from bot.chat.msteams.outbound.directory_lookup import (
    FAILURE_CACHE_SECONDS,
    LOOKUP_TIMEOUT_SECONDS,
    DirectoryLookup,
)
from bot.domain.teams import setup_changes
from bot.domain.teams.setup_difference import encode_change
from bot.elements import ChannelField, Element, PeopleField, Text
from tests.chat.msteams.microsoft import FakeMicrosoft
from tests.chat.msteams.testbed import WORKSPACE
from tests.sample_team import TEAM

TEAM_ID, INTAKE_ID = "19:clinic@thread.tacv2", "19:intake@thread.tacv2"
FORGED_ID = "19:forged@thread.tacv2"
MARIE, ADA, GUEST = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
ROSTER_PATH = f"/v3/conversations/{INTAKE_ID}/pagedMembers"
SETUP_BODY = (
    ChannelField("channel", "Channel", INTAKE_ID),
    PeopleField("clinicians", "Clinicians", (MARIE,)),
)


@dataclass
class LookupBench:
    """A lookup that calls the fake, at ``seconds`` on its own clock."""

    ms: FakeMicrosoft
    seconds: float = 0.0
    routes: dict[str, str] = field(default_factory=dict)
    route_error: Exception | None = None

    def __post_init__(self) -> None:
        """Build the lookup over an empty cache."""
        self.directory = DirectoryCache(self.ms.service_url, monotonic=lambda: self.seconds)
        self.api_client = ApiClient(DummyTokenProvider())
        self.lookup = DirectoryLookup(
            self.api_client, self.directory, self.load_routes, monotonic=lambda: self.seconds
        )

    async def load_routes(self, _workspace: str) -> dict[str, str]:
        """Return the stored routes, or raise the planned error."""
        if self.route_error:
            raise self.route_error
        return self.routes

    async def prefetch(self, *body: Element) -> None:
        """Prefetch the names that a card with *body* shows."""
        await self.lookup.prefetch_names(body, WORKSPACE)

    def store_route(self, channel: str) -> None:
        """Store the route to a channel, as before a restart."""
        self.routes[channel] = str(ConversationRef(self.ms.service_url, channel))

    @property
    def person_names(self) -> dict[str, str]:
        """The cached names of the sample people."""
        return self.directory.get_names(WORKSPACE, (MARIE, ADA, GUEST))

    @property
    def channel_names(self) -> dict[str, str]:
        """The cached names of the channels."""
        return self.directory.get_channel_names(WORKSPACE)


@pytest.fixture
async def lookup_bench(ms: FakeMicrosoft) -> AsyncIterator[LookupBench]:
    """A lookup in a team with two channels, whose members are a guest and two colleagues."""
    ms.person_names |= {MARIE: "Marie Tremblay", ADA: "ada Lee", GUEST: "Sam Guest"}
    ms.account_parts[GUEST] = {"userRole": "guest"}
    ms.rosters[INTAKE_ID] = [MARIE, GUEST, ADA]
    ms.teams[TEAM_ID] = {TEAM_ID: "Clinic", INTAKE_ID: "Intake"}
    bench = LookupBench(ms)
    yield bench
    await bench.api_client.close()


async def test_members_of_the_channel_are_named(lookup_bench: LookupBench) -> None:
    """A people field has the names of its channel's members; guests are not listed for a choice."""
    await lookup_bench.prefetch(*SETUP_BODY)

    assert lookup_bench.person_names[MARIE] == "Marie Tremblay"
    assert lookup_bench.directory.list_colleagues(WORKSPACE, INTAKE_ID) == (ADA, MARIE)


async def test_a_roster_is_fetched_once_and_expires(lookup_bench: LookupBench) -> None:
    """The members are fetched again after the lifetime of a roster, and their names expire."""
    for _ in range(2):
        await lookup_bench.prefetch(*SETUP_BODY)
    assert lookup_bench.ms.directory_lookups.count(ROSTER_PATH) == 1

    lookup_bench.seconds += ROSTER_CACHE_SECONDS
    await lookup_bench.prefetch(*SETUP_BODY)
    assert lookup_bench.ms.directory_lookups.count(ROSTER_PATH) == 2

    lookup_bench.seconds += NAME_CACHE_SECONDS
    assert lookup_bench.person_names == {}


async def test_a_large_roster_is_fetched_in_pages(lookup_bench: LookupBench) -> None:
    """People on a later page have their names too."""
    others = [f"00000000-0000-4000-9000-{number:012}" for number in range(600)]
    lookup_bench.ms.rosters[INTAKE_ID] = [*others, MARIE]

    await lookup_bench.prefetch(*SETUP_BODY)

    assert lookup_bench.person_names == {MARIE: "Marie Tremblay"}
    assert lookup_bench.ms.directory_lookups.count(ROSTER_PATH) == 2


async def test_a_mention_is_looked_up_in_a_known_channel(lookup_bench: LookupBench) -> None:
    """A person who is mentioned in a private chat is found in a channel with a stored route."""
    lookup_bench.store_route(INTAKE_ID)

    await lookup_bench.prefetch(Text(f"Ask @{{{ADA}}}."))

    assert lookup_bench.person_names[ADA] == "ada Lee"


async def test_channels_are_named_after_a_restart(lookup_bench: LookupBench) -> None:
    """The route of a team's first channel, which has the team's id, leads to all channels."""
    lookup_bench.store_route(TEAM_ID)

    await lookup_bench.prefetch(Text(f"It is in #{{{INTAKE_ID}}}."))

    assert lookup_bench.channel_names == {TEAM_ID: "Clinic", INTAKE_ID: "Clinic \u203a Intake"}


async def test_nothing_is_fetched_for_known_names(lookup_bench: LookupBench) -> None:
    """A card without a name, or with cached ones alone, costs no request."""
    lookup_bench.store_route(TEAM_ID)
    lookup_bench.directory.set_names(WORKSPACE, {MARIE: "Marie Tremblay"})
    lookup_bench.directory.set_channel_name(WORKSPACE, INTAKE_ID, "Intake")

    await lookup_bench.prefetch(Text(f"@{{{MARIE}}} in #{{{INTAKE_ID}}}"), Text("Hello"))

    assert lookup_bench.ms.directory_lookups == []


async def test_a_channel_that_is_no_team_is_asked_once(lookup_bench: LookupBench) -> None:
    """A stored channel other than a team's first one is refused, and not asked again soon."""
    lookup_bench.store_route(INTAKE_ID)

    for _ in range(2):
        await lookup_bench.prefetch(ChannelField("channel", "Channel"))
        lookup_bench.seconds += FAILURE_CACHE_SECONDS

    assert len(lookup_bench.ms.directory_lookups) == 2  # its channels, and its name
    assert lookup_bench.channel_names == {}


async def test_a_failed_lookup_rests(lookup_bench: LookupBench) -> None:
    """An outage leaves the names out; the request is repeated after some seconds, not at once."""
    lookup_bench.ms.directory_status = 503
    for _ in range(2):
        await lookup_bench.prefetch(*SETUP_BODY)
    assert lookup_bench.ms.directory_lookups == [ROSTER_PATH]

    lookup_bench.ms.directory_status = 200
    lookup_bench.seconds += FAILURE_CACHE_SECONDS
    await lookup_bench.prefetch(*SETUP_BODY)
    assert lookup_bench.person_names[MARIE] == "Marie Tremblay"


async def test_a_late_answer_is_not_waited_for(lookup_bench: LookupBench) -> None:
    """A card is rendered without names that take longer than a reply may wait."""
    lookup_bench.ms.directory_delay_seconds = LOOKUP_TIMEOUT_SECONDS * 20

    await lookup_bench.prefetch(*SETUP_BODY)

    assert lookup_bench.person_names == {}


async def test_a_busy_store_leaves_names_out(lookup_bench: LookupBench) -> None:
    """Where the routes cannot be read, the card is rendered without the names."""
    lookup_bench.route_error = OSError("locked")

    await lookup_bench.prefetch(Text(f"Ask @{{{ADA}}} in #{{{INTAKE_ID}}}."))

    assert lookup_bench.person_names == lookup_bench.channel_names == {}


async def test_submitted_channels_are_looked_up(lookup_bench: LookupBench) -> None:
    """After a restart the channels that an open form lists are fetched when one is submitted."""
    lookup_bench.store_route(TEAM_ID)

    await lookup_bench.lookup.prefetch_submitted_channels(WORKSPACE, {"channel": (INTAKE_ID,)}, "")
    await lookup_bench.lookup.prefetch_submitted_channels(WORKSPACE, {"day": ("1",)}, "")

    assert INTAKE_ID in lookup_bench.channel_names


async def test_the_channel_of_a_previewed_change_is_looked_up(lookup_bench: LookupBench) -> None:
    """The channel that form data names is fetched; a forged one stays unknown."""
    lookup_bench.store_route(TEAM_ID)
    before = setup_changes.describe_setup(TEAM, (MARIE,), (ADA,))

    for channel in (INTAKE_ID, FORGED_ID):
        data = encode_change("t1", before, replace(before, name="Night team", channel=channel))
        await lookup_bench.lookup.prefetch_submitted_channels(WORKSPACE, {}, data)

    assert lookup_bench.channel_names == {TEAM_ID: "Clinic", INTAKE_ID: "Clinic \u203a Intake"}


async def test_a_previewed_time_is_looked_up_nowhere(lookup_bench: LookupBench) -> None:
    """A change to seven in the evening names no channel, though it begins like one."""
    before = setup_changes.describe_setup(TEAM, (MARIE,), (ADA,))

    data = encode_change("t1", before, replace(before, tip_time=time(19)))
    await lookup_bench.lookup.prefetch_submitted_channels(WORKSPACE, {}, data)

    assert '"19:00"' in data
    assert lookup_bench.ms.directory_lookups == []


async def test_a_teams_deleted_channel_is_forgotten(lookup_bench: LookupBench) -> None:
    """A later list of a team's channels replaces the earlier one."""
    lookup_bench.store_route(TEAM_ID)
    await lookup_bench.prefetch(ChannelField("channel", "Channel"))
    del lookup_bench.ms.teams[TEAM_ID][INTAKE_ID]

    lookup_bench.seconds += ROSTER_CACHE_SECONDS
    await lookup_bench.prefetch(ChannelField("channel", "Channel"))

    assert lookup_bench.channel_names == {TEAM_ID: "Clinic"}


async def test_no_name_or_id_is_logged(
    lookup_bench: LookupBench, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure is logged with its reason, without the channel, a person's id or a name."""
    lookup_bench.ms.directory_status = 403

    with caplog.at_level(logging.DEBUG, "attune"):
        await lookup_bench.prefetch(*SETUP_BODY)

    records = [vars(record) for record in caplog.records if record.name.startswith("attune")]
    assert [record["action"] for record in records] == ["teams.directory_lookup_failed"]
    assert not any(id_ in str(records) for id_ in (MARIE, INTAKE_ID, "Tremblay"))
