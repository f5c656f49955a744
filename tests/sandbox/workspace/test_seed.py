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


def test_the_past_begins_with_a_period_of_every_team_that_is_over() -> None:
    """Whenever somebody tries the bot, the large and the small team each have a table."""
    for days in range(0, 400, 7):
        now = NOW + timedelta(days=days)
        begun = seed.history_start(SAMPLE_PRACTICE, now)

        assert timedelta(weeks=13) <= now - begun <= timedelta(weeks=26, hours=2)
        assert (
            timedelta(weeks=4)
            <= now - seed.history_start(NORTH, now)
            <= timedelta(weeks=8, hours=2)
        )


async def test_a_lived_past_leaves_something_to_see(words: LanguagePack, tmp_path: Path) -> None:
    """A published table, tips, an introduction, check-ins: all through signed requests."""
    weeks: list[tuple[int, int]] = []
    async with run_bot_and_sandbox(
        words, tmp_path, seed.history_start(NORTH, NOW), NORTH
    ) as engine:
        await seed.generate_history(engine, NOW, lambda done, of: weeks.append((done, of)))
        supervisor = PersonaDriver(engine, "U0SUPER1")
        await supervisor.type_command("/debriefs")
        await supervisor.wait_for_modal("agreement")
        await supervisor.submit_modal()
        posts = supervisor.visible_messages("C0NORTH")
        asked = [p for p in NORTH.personas if PersonaDriver(engine, p.id).visible_messages()]
        unread = engine.screen_view.render_screen(supervisor.person)["channels"][0]["unread"]
        view = str(supervisor.rendered_modal)

        assert engine.workspace.clock.now() >= NOW
        assert "debriefs" in view
        assert [post.ts for post in posts] == sorted(post.ts for post in posts)
        assert any("Join" in str(post.blocks) for post in posts)
        assert len(asked) == 10
        assert 0 < unread < 5
        assert [one.text for one in supervisor.engine.workspace.notices.get("U0CLIN01", [])] == []
    assert weeks[-1][0] == weeks[-1][1] > 4


async def test_the_past_is_the_same_each_time() -> None:
    """Who files what, and when, hangs on nothing but the cast."""
    assert list(seed.plan_debriefs(SAMPLE_PRACTICE, 9)) == list(
        seed.plan_debriefs(SAMPLE_PRACTICE, 9)
    )
    assert {one.week for one in seed.plan_debriefs(SAMPLE_PRACTICE, 9)} == set(range(9))
