"""A tiny simulation of two clinics with all phases of the large one."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.growth.capacity import Costs, compute_processors, measure_costs
from tests.growth.deployment import DeploymentSize
from tests.growth.population import Population
from tests.growth.report import ROUNDS, find_faults, format_report
from tests.growth.simulation import Plan, simulate
from tests.growth.slack_state import SlackState
from tests.postgres import PostgresServer

TINY = Plan(
    Population(3, teams_per_clinic=1, people_per_team=6),
    DeploymentSize(web_count=1, worker_count=2, pace=20.0, is_tiny=True),
    idle_seconds=1.5,
    requests_per_second=4.0,
    max_phase_seconds=60.0,
)


@pytest.fixture(scope="module")
def figures(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> Mapping[str, Any]:
    """The figures of one run: clinics install, two fan-outs, one with faults, and a close."""
    url = postgres.database_url(postgres.create_database())
    folder = tmp_path_factory.mktemp("growth")
    return asyncio.run(simulate(TINY, url, folder, lambda _step: None))


def test_every_message_is_sent_once_with_its_own_token(figures: Mapping[str, Any]) -> None:
    """Each clinician gets each check-in once, with the token of their own clinic."""
    assert find_faults(figures) == {}
    assert [figures[name]["rows"] for name in ROUNDS] == [{"sent": 18}] * 2
    assert figures["slack"]["installed"] == 3


def test_faulty_clinics_have_faults_while_another_is_served(figures: Mapping[str, Any]) -> None:
    """In the second round one clinic is refused, one hangs, and the third gets everything."""
    limited, hanging = (figures[ROUNDS[1]]["faulty"][place] for place in ("T00000", "T00001"))

    assert limited["posts"] == 0
    assert limited["refused"] >= 1
    assert hanging["posts"] < 6
    assert figures[ROUNDS[1]]["messages"] == 6
    assert figures[ROUNDS[1]]["is_complete"]


def test_all_periods_are_closed(figures: Mapping[str, Any]) -> None:
    """The periods of all teams close in both zones, and no save is refused meanwhile."""
    closing = figures["closing"]

    assert closing["periods"] >= 3
    assert closing["is_complete"]
    assert (closing["answers"]["refused"], closing["answers"]["failed"]) == (0, 0)


def test_report_has_the_figures_of_every_phase(figures: Mapping[str, Any]) -> None:
    """The report names each phase and process, and what exactly-once came to."""
    text = "\n".join(format_report(figures))
    names = (
        "empty",
        "installing",
        "resting",
        "idle",
        *ROUNDS,
        "closing",
        "web 1",
        "worker 2",
        "postgresql",
    )

    assert [name for name in names if name not in text] == []
    assert "exactly once, own token: yes" in text
    assert "computed, not measured" in text


def test_each_phase_costs_every_process_cpu_time(figures: Mapping[str, Any]) -> None:
    """The processor time of each process and of the database is measured in the fan-outs."""
    for name in ROUNDS:
        cpu_seconds = figures[name]["cpu_seconds"]

        assert min(cpu_seconds[process] for process in ("web 1", "worker 1", "worker 2")) > 0
        assert cpu_seconds["postgresql"] > 0
    assert measure_costs(figures).people_per_clinic == 6


def test_processors_are_in_proportion_to_the_clinics() -> None:
    """The computed processors are the costs of all people, over the time for them."""
    costs = Costs(
        people_per_clinic=200,
        teams_per_clinic=10,
        message=0.009,
        lock_message=0.0045,
        team_close=0.06,
        request=0.01,
        minute=6.0,
        minute_of_person=0.0003,
        install=0.1,
    )

    assert compute_processors(costs, 100) == {
        "ticks": pytest.approx(0.2),
        "fan_out": pytest.approx(0.4),
        "close": pytest.approx(0.3),
        "lock": pytest.approx(0.1),
    }


def test_message_with_another_token_is_counted() -> None:
    """The stand-in notices a post to a person of one clinic with the token of another."""
    state = SlackState(10.0)
    answer = state.answer_call("oauth.v2.access", {"code": "T00001.abc"}, "")
    authorization = f"Bearer {answer.body['access_token']}"
    for person, key in (("U00001X0001", "a"), ("U00002X0001", "b"), ("U00001X0001", "b")):
        arguments = {"channel": person, "metadata": {"event_payload": {"id": key}}}
        state.answer_call("chat.postMessage", arguments, authorization)
    state.answer_call("chat.postMessage", {"channel": "U00001X0001"}, "Bearer another")
    figures = state.collect_figures()

    assert (figures["wrong_token"], figures["unknown_token"], figures["twice"]) == (1, 1, 1)
