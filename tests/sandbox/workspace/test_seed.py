from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.content.catalogue import LanguagePack
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.persona_driver import PersonaDriver
from bot.sandbox.workspace.personas import SAMPLE_PRACTICE
from tests.sandbox.real_bot import run_bot_and_sandbox

NORTH = replace(
    SAMPLE_PRACTICE,
    teams=SAMPLE_PRACTICE.teams[:1],
    personas=(*SAMPLE_PRACTICE.personas[:24], *SAMPLE_PRACTICE.personas[-4:]),
)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_history_includes_a_completed_period_of_every_team() -> None:
    """At any date, the history is long enough for a published table of each team."""
    for days in range(0, 400, 7):
        now = NOW + timedelta(days=days)
        start = seed.history_start(SAMPLE_PRACTICE, now)

        assert timedelta(weeks=13) <= now - start <= timedelta(weeks=26, hours=2)
        assert (
            timedelta(weeks=4)
            <= now - seed.history_start(NORTH, now)
            <= timedelta(weeks=8, hours=2)
        )


async def test_generated_history_is_visible(words: LanguagePack, tmp_path: Path) -> None:
    """Signed requests alone produce a published table, tips, an introduction and check-ins."""
    progress_calls: list[tuple[int, int]] = []
    async with run_bot_and_sandbox(
        words, tmp_path, seed.history_start(NORTH, NOW), NORTH
    ) as engine:
        await seed.generate_history(
            engine, NOW, lambda done, total: progress_calls.append((done, total))
        )
        supervisor = PersonaDriver(engine, "U0SUPER1")
        await supervisor.type_command("/debriefs")
        await supervisor.wait_for_modal("agreement")
        await supervisor.submit_modal()
        messages = supervisor.visible_messages("C0NORTH")
        roles_with_messages = Counter(
            persona.role
            for persona in NORTH.personas
            if PersonaDriver(engine, persona.id).visible_messages()
        )
        unread_count = engine.screen_view.render_screen(supervisor.person)["channels"][0]["unread"]
        view = str(supervisor.rendered_modal)

        assert engine.workspace.clock.now() >= NOW
        assert "debriefs" in view
        assert [message.ts for message in messages] == sorted(message.ts for message in messages)
        assert any("Join" in str(message.blocks) for message in messages)
        assert roles_with_messages == {"clinician": 10, "supervisor": 1, "director": 1}
        assert 0 < unread_count < 5
        assert [
            notice.text for notice in supervisor.engine.workspace.notices.get("U0CLIN01", [])
        ] == []
    assert progress_calls[-1][0] == progress_calls[-1][1] > 4


async def test_planned_debriefs_are_deterministic() -> None:
    """The plan depends on the sample practice alone, and has debriefs in every week."""
    assert list(seed.plan_debriefs(SAMPLE_PRACTICE, 9)) == list(
        seed.plan_debriefs(SAMPLE_PRACTICE, 9)
    )
    assert {debrief.week for debrief in seed.plan_debriefs(SAMPLE_PRACTICE, 9)} == set(range(9))
