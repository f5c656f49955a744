"""Twenty minutes of 502 at nine on Monday, with 120 clinicians in one workspace."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.journeys.botprocess import BotProcess, clinician_id
from tests.journeys.faulty_slack import FaultySlack, Json, SlackFailure, run_faulty_slack
from tests.journeys.stdlib_slack import StdlibFakeSlack

NINE = datetime.fromisoformat("2026-02-02T09:00:00-05:00")
"""A Monday."""

CLINICIAN_IDS = tuple(map(clinician_id, range(120)))
OUTAGE_MINUTES = 20
POST_METHOD = "chat.postMessage"
BAD_GATEWAY = SlackFailure(502, "")


@dataclass
class OutageRun:
    """A bot after the outage, the calls during it, and the people who got their message."""

    slack: FaultySlack
    bot: BotProcess
    methods_during_outage: list[str]
    posts_by_chat: Counter[str]

    @property
    def unasked_ids(self) -> list[str]:
        """The clinicians who got no message."""
        return [id_ for id_ in CLINICIAN_IDS if f"D{id_[1:]}" not in self.posts_by_chat]

    def publish_home(self, person_id: str) -> Json:
        """Open the Home tab of *person_id*, and return the published view."""
        sender = StdlibFakeSlack(self.slack.api_url, bot_url=self.bot.base_url)
        sender.open_home(person_id, f"Ev{person_id}")
        deadline = time.monotonic() + 30
        while True:
            for method, arguments in self.slack.calls:
                if method == "views.publish" and arguments["user_id"] == person_id:
                    view: Json = arguments["view"]
                    return view
            assert time.monotonic() < deadline, self.bot.read_log()
            time.sleep(0.02)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutageRun]:
    """The bot at six in the evening, whose clock was moved minute by minute until eleven."""
    with run_faulty_slack(is_history_granted=False) as slack:
        bot = BotProcess(tmp_path_factory.mktemp("outage"), slack.api_url)
        bot.clock_time = (NINE - timedelta(minutes=2)).isoformat()
        bot.declare_team(len(CLINICIAN_IDS), "joined = true\ntip = { days = [] }")
        bot.start()
        try:
            bot.move_clock((NINE - timedelta(minutes=1)).isoformat())
            slack.outage, call_count = BAD_GATEWAY, len(slack.calls)
            for minute in range(OUTAGE_MINUTES):
                bot.move_clock((NINE + timedelta(minutes=minute)).isoformat(), continues=True)
            methods = [method for method, _ in slack.calls[call_count:]]
            slack.outage = None
            for minute in range(OUTAGE_MINUTES, 120):
                bot.move_clock((NINE + timedelta(minutes=minute)).isoformat(), continues=True)
            bot.move_clock((NINE + timedelta(hours=9)).isoformat())
            posts_by_chat = Counter(chat for _, chat in slack.posted_counts().elements())
            yield OutageRun(slack, bot, methods, posts_by_chat)
        finally:
            bot.kill()


def test_everybody_else_is_asked_once_the_same_day(run: OutageRun) -> None:
    """All but three at most get their question by the evening, and no person gets it twice."""
    private_posts = {chat: count for chat, count in run.posts_by_chat.items() if chat[0] == "D"}

    assert len(run.unasked_ids) <= 3
    assert len(private_posts) == len(CLINICIAN_IDS) - len(run.unasked_ids)
    assert set(private_posts.values()) == {1}


def test_three_messages_are_sent_into_the_outage(run: OutageRun) -> None:
    """After three posts without an answer every call of the outage is one that posts nothing."""
    methods = [method for method in run.methods_during_outage if method != "users.info"]

    assert methods[:3] == [POST_METHOD] * 3
    assert set(methods[3:]) == {"auth.test"}
    assert 3 <= len(methods[3:]) <= 6


def test_a_probe_precedes_the_first_message_afterwards(run: OutageRun) -> None:
    """The messages continue after a probe, which succeeded."""
    methods = [method for method, _ in run.slack.calls if method in {POST_METHOD, "auth.test"}]
    last_probe = len(methods) - 1 - methods[::-1].index("auth.test")

    assert methods[last_probe + 1 :] == [POST_METHOD] * (len(CLINICIAN_IDS) - 3)


def test_unasked_people_find_the_question_on_home(run: OutageRun) -> None:
    """Each of the unasked can answer this week's question on Home, and none of the others."""
    label = "Answer this week's question"
    asked_id = next(id_ for id_ in CLINICIAN_IDS if id_ not in run.unasked_ids)

    assert run.unasked_ids
    assert all(label in json.dumps(run.publish_home(id_)) for id_ in run.unasked_ids)
    assert label not in json.dumps(run.publish_home(asked_id))
