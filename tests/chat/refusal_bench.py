"""A team whose product refuses messages during one tick, on a real outlet and store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.admin import doctor
from bot.admin.health_monitor import HealthMonitor
from bot.admin.microsoft_checkup import MicrosoftCheck
from bot.admin.reason_classes import classify_reason
from bot.admin.slack_checkup import SlackCheck
from bot.chat.msteams.adapter import AccessSettings, TeamsOutboundSide
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.context import Context
from bot.conversation import Address, Person
from bot.domain.reachability import Evidence
from bot.settings import Settings
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.chat.msteams import microsoft
from tests.chat.msteams.testbed import load_no_routes
from tests.chat.slack import web_api
from tests.doubles import FakeClock
from tests.key_folders import key_store_for
from tests.prepared_stores import prepare_store
from tests.sample_team import MARIE, TEAM, set_up_team
from tests.slack_queries import build_queries

TEAMS_WORKSPACE = f"msteams:{microsoft.TENANT_ID}"
TEAMS_CHAT_ID = "a:maries-chat"


@dataclass(frozen=True)
class Outcome:
    """What a refusal led to: for the message, its person, the operator and the next messages.

    ``state`` and ``attempts`` are this week's check-in after the tick, ``later`` its state an hour
    after the product recovered; ``doctor`` are the codes in the finding about failed deliveries.
    """

    state: str
    later: str
    next_week: str
    attempts: int
    unanswered_count: int
    unreachable_reason: str
    is_suspended: bool
    metric: str
    doctor: str


def metric_line(status: str, reason: str = "") -> str:
    """Return the metric of one check-in with a *status* and the class of *reason*."""
    reason_class = classify_reason(reason)
    labels = f'kind="checkin",reason_class="{reason_class}",state="{status}"'
    return f"attune_deliveries{{{labels}}} 1.0"


def failed_outcome(code: str, attempts: int = 1) -> Outcome:
    """Return the outcome in which one message fails loudly and the next one is sent."""
    metric = metric_line("failed", code)
    return Outcome(
        "failed",
        "failed",
        "sent",
        attempts,
        0,
        "",
        is_suspended=False,
        metric=metric,
        doctor=f"{code} (1)",
    )


def ended_outcome(code: str, attempts: int = 1, *, reason: str = "") -> Outcome:
    """Return the outcome in which the person's messages end, for *reason* or else for *code*."""
    metric = metric_line("unreachable", code)
    return Outcome(
        "gone",
        "gone",
        "none",
        attempts,
        0,
        reason or code,
        is_suspended=False,
        metric=metric,
        doctor="",
    )


def delayed_outcome(*, is_suspended: bool) -> Outcome:
    """Return the outcome in which the message is sent once the product accepts it again."""
    metric = metric_line("owed")
    return Outcome(
        "planned", "sent", "sent", 1, 1, "", is_suspended=is_suspended, metric=metric, doctor=""
    )


DOUBTFUL_OUTCOME = Outcome(
    "sending",
    "unconfirmed",
    "sent",
    1,
    1,
    "",
    is_suspended=False,
    metric=metric_line("owed"),
    doctor="",
)


@dataclass
class RefusalBench:
    """Marie, who joined in a team of her product.

    ``refuse`` takes the planned response of every post, ``None`` for the default one.
    """

    context: Context
    clock: FakeClock
    marie: Person
    folder: Path
    refuse: Callable[[Any], None]
    count_posts: Callable[[], int]

    async def play_refusal(self, answer: Any) -> Outcome:
        """Refuse the posts of one tick with *answer*; then recover, and play the next week."""
        self.refuse(answer)
        await self.run_tick()
        self.refuse(None)
        (delivery,), attempts = await self.load_checkins(), self.count_posts()
        clinician = await self._read(lambda repos: repos.people.get(self.marie))
        suspension = await self._read(
            lambda repos: repos.workspaces.suspension_reason(self.marie.workspace)
        )
        metric, doctor_codes = await self._read_metric(), await self.read_doctor()
        later, next_week = await self._play_recovery()
        return Outcome(
            delivery.state,
            later,
            next_week,
            attempts,
            clinician.unanswered_count,
            clinician.unreachable_reason,
            bool(suspension),
            metric,
            doctor_codes,
        )

    async def run_tick(self) -> None:
        """Plan the check-ins that are due, and send them."""
        await weekly_checkin.run(self.context)
        await DeliverySender(self.context, COMPOSERS).send_all_due()

    async def load_checkins(self) -> list[Delivery]:
        """Return Marie's check-ins, the earliest first."""

        def read_rows(repos: Repositories) -> list[Delivery]:
            ids = [row.id for row in repos._connection.exec_driver_sql("select id from delivery")]
            rows = [repos.deliveries.get(delivery_id) for delivery_id in ids]
            return sorted((row for row in rows if row and row.person), key=lambda row: row.slot)

        return await self.context.store.across_workspaces.read(read_rows)

    async def read_doctor(self) -> str:
        """Return the codes of failed deliveries that the check-up reports, ``""`` for none."""
        url = f"sqlite:///{self.folder}/attune.sqlite"
        settings = Settings.model_validate(
            {"database_url": url, "keys": str(key_store_for(url).folder)}
        )
        findings = await doctor.run_checkup(
            settings, build_queries(_check_slack), _check_microsoft, today=self.context.now().date()
        )
        keys = {finding.key.removeprefix("operator.doctor."): finding for finding in findings}
        return str(keys["deliveries_failed"].facts["codes"]) if "deliveries_failed" in keys else ""

    async def _play_recovery(self) -> tuple[str, str]:
        """Return this week's state an hour later, and the state of the check-in a week later."""
        await self.context.store.across_workspaces.write(
            lambda repos: repos.workspaces.resume(self.marie.workspace, Evidence.PAYLOAD)
        )
        self.clock.advance(hours=1)
        await self.run_tick()
        later = (await self.load_checkins())[0].state
        self.clock.advance(hours=-1, weeks=1)
        await self.run_tick()
        checkins = await self.load_checkins()
        return later, checkins[1].state if len(checkins) > 1 else "none"

    async def _read_metric(self) -> str:
        text = await HealthMonitor(self.context, {}).render_metrics()
        (line,) = [line for line in text.splitlines() if line.startswith("attune_deliveries{")]
        return line

    async def _read(self, job: Callable[[Repositories], Any]) -> Any:
        return await self.context.store.across_workspaces.read(job)


@asynccontextmanager
async def open_slack_bench(
    context: Context, clock: FakeClock, folder: Path, templates: Path
) -> AsyncIterator[tuple[RefusalBench, web_api.FakeWebApi]]:
    """Run a bench on Slack, without the scopes that read the history or open a chat.

    The first bench saves its team, the others copy it from the folder *templates*.
    """

    async def get_token(_workspace: str) -> str:
        return "xoxb-made-up"

    async with web_api.run_web_api() as api:
        api.plan_error("conversations.history", "missing_scope")
        client = ApiClient(api.url, get_token)

        def refuse(answer: web_api.PlannedAnswer | None) -> None:
            api.planned_answers.pop("chat.postMessage", None)
            if answer:
                api.planned_answers["chat.postMessage"] = answer

        await prepare_store(context, folder, templates / "bench on Slack", _join_on_slack)
        yield (
            RefusalBench(
                replace(context, outlets={"slack": SlackOutlet(client)}),
                clock,
                MARIE,
                folder,
                refuse,
                lambda: api.called_methods().count("chat.postMessage"),
            ),
            api,
        )
        await client.close()


@asynccontextmanager
async def open_teams_bench(
    context: Context, clock: FakeClock, folder: Path, templates: Path
) -> AsyncIterator[tuple[RefusalBench, microsoft.FakeMicrosoft]]:
    """Run a bench on Teams, with a stored route to Marie's chat; *templates* as on Slack."""
    marie, team = Person(TEAMS_WORKSPACE, "marie"), replace(TEAM, workspace=TEAMS_WORKSPACE)
    async with microsoft.run_microsoft() as ms:
        tenants = frozenset({microsoft.TENANT_ID})
        access = AccessSettings(microsoft.CLIENT_ID, tenants, openid_metadata_url=ms.metadata_url)
        outbound = TeamsOutboundSide(access, context.catalogue, load_no_routes)
        route = f'["{ms.service_url}", "{TEAMS_CHAT_ID}"]'

        def save_person(repos: Repositories) -> None:
            repos.people.join_team(marie, team.id)

        def save_route(repos: Repositories) -> None:
            repos.chat_routes.save_route(Address(marie.workspace, marie.id), route)

        async def join(context: Context) -> None:
            await set_up_team(context, team, (marie,), ())
            await context.store.across_workspaces.write(save_person)

        def refuse(answer: microsoft.PlannedAnswer | None) -> None:
            ms.planned_answers["activities"] = [answer] * 9 if answer else []

        await prepare_store(context, folder, templates / "bench on Teams", join)
        await context.store.across_workspaces.write(save_route)
        yield (
            RefusalBench(
                replace(context, outlets={"msteams": outbound.outlet}),
                clock,
                marie,
                folder,
                refuse,
                lambda: len(ms.posted_messages),
            ),
            ms,
        )
        await outbound.api_client.close()


async def _join_on_slack(context: Context) -> None:
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )


async def _check_slack() -> SlackCheck:
    return SlackCheck(error="not_checked")


async def _check_microsoft() -> MicrosoftCheck:
    return MicrosoftCheck(has_keys=False, has_token=False)
