"""Inputs that fuzzing has found, minimised, executed on the whole bot."""

import json
from typing import Any

import pytest

from tests.chat.msteams import activities
from tests.chat.msteams.microsoft import TENANT_ID
from tests.fuzz import hostile
from tests.fuzz.http_sample import HttpSample
from tests.fuzz.target import Outcome, Target, capture_logs, judge_sample
from tests.fuzz.team_file_target import COMPLETE_FILE, TeamFileSample, TeamFileTarget
from tests.fuzz.teams_target import TeamsTarget


def judge(target: Target[Any], sample: object) -> Outcome:
    """Execute one input on a new bot."""
    with capture_logs() as log, target.open() as execute:
        return judge_sample(execute, sample, log, target.private_words)


UNSTORABLE_ACTIVITIES: dict[str, dict[str, Any]] = {
    "the channel of an installation": activities.build_installation_update(
        hostile.PRODUCT_URL,
        "add",
        conversation={"id": "\ud800", "tenantId": TENANT_ID},
    ),
    "the sender of a message": {
        **activities.build_message(hostile.PRODUCT_URL, "tip"),
        "from": {"id": "29:a", "aadObjectId": "\ud800"},
    },
}


@pytest.mark.parametrize(
    "activity", UNSTORABLE_ACTIVITIES.values(), ids=UNSTORABLE_ACTIVITIES.keys()
)
def test_activity_with_unstorable_text_is_handled(activity: dict[str, Any]) -> None:
    """An activity with text that no database stores is handled, and Teams does not repeat it."""
    outcome = judge(TeamsTarget(), HttpSample(json.dumps(activity).encode()))

    assert (outcome.problem, outcome.handled_errors) == ("", ())


@pytest.mark.parametrize(
    "content",
    [
        COMPLETE_FILE * 150,
        "[[team]]\n" + "".join(f"k{number} = 1\n" for number in range(4_000)),
    ],
    ids=["the same teams again", "unknown keys"],
)
def test_long_team_file_with_many_faults_is_reported_in_time(content: str) -> None:
    """A team file with thousands of faults is reported within a second of CPU time."""
    outcome = judge(TeamFileTarget(), TeamFileSample(content.encode()))

    assert outcome.problem == ""
    assert outcome.response
