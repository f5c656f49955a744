from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.content.catalogue import Words
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.persona_driver import Hands
from bot.sandbox.workspace.personas import CAST
from tests.sandbox.real_bot import both

NORTH = replace(CAST, crews=CAST.crews[:1], personas=(*CAST.personas[:24], *CAST.personas[-4:]))
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_the_past_begins_with_a_period_of_every_team_that_is_over() -> None:
    """Whenever somebody tries the bot, the large and the small team each have a table."""
    for days in range(0, 400, 7):
        now = NOW + timedelta(days=days)
        begun = seed.start(CAST, now)

        assert timedelta(weeks=13) <= now - begun <= timedelta(weeks=26, hours=2)
        assert timedelta(weeks=4) <= now - seed.start(NORTH, now) <= timedelta(weeks=8, hours=2)


async def test_a_lived_past_leaves_something_to_see(words: Words, tmp_path: Path) -> None:
    """A published table, tips, an introduction, check-ins: all through signed requests."""
    weeks: list[tuple[int, int]] = []
    async with both(words, tmp_path, seed.start(NORTH, NOW), NORTH) as engine:
        await seed.live(engine, NOW, lambda done, of: weeks.append((done, of)))
        supervisor = Hands(engine, "U0SUPER1")
        await supervisor.command("/debriefs")
        await supervisor.until_open("agreement")
        await supervisor.submit()
        posts = supervisor.posts("C0NORTH")
        asked = [p for p in NORTH.personas if Hands(engine, p.id).posts()]
        unread = engine.screen.drawn(supervisor.person)["channels"][0]["unread"]
        view = str(supervisor.view)

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
    assert list(seed.planned(CAST, 9)) == list(seed.planned(CAST, 9))
    assert {one.week for one in seed.planned(CAST, 9)} == set(range(9))
