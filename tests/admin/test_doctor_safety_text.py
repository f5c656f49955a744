"""The check-up's finding on the service's own safety text."""

from pathlib import Path

import pytest

from bot.admin import doctor
from bot.admin.finding import Finding
from bot.admin.slack_checkup import SlackCheck
from tests.admin.test_doctor import (
    SCOPES,
    TEAMS_CLIENT_ID,
    build_settings,
    check_unreachable_microsoft,
    read_safe_machine,
)
from tests.slack_queries import build_queries


@pytest.mark.parametrize(
    ("texts", "key"),
    [({}, "safety_text_unset"), ({"safety_text_fr": "Composez le 1."}, "safety_text")],
    ids=["none set", "one set"],
)
async def test_safety_text_is_reported_once(
    tmp_path: Path, texts: dict[str, str], key: str
) -> None:
    """With both products there is one finding on the safety text, which never fails the check."""
    credentials = {"teams_client_id": TEAMS_CLIENT_ID, "slack_bot_token": "xoxb-1"}

    async def check_slack() -> SlackCheck:
        return SlackCheck(scopes=SCOPES)

    findings = await doctor.run_checkup(
        build_settings(tmp_path, **credentials, **texts),
        build_queries(check_slack),
        check_unreachable_microsoft,
        read_machine=read_safe_machine,
    )

    on_safety = [finding for finding in findings if "safety_text" in finding.key]
    assert on_safety == [Finding(is_healthy=True, key=f"operator.doctor.{key}")]
