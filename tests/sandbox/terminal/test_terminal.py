from datetime import UTC, datetime
from pathlib import Path

from bot.content.catalogue import LanguagePack
from bot.sandbox.terminal.line_reader import LineReader
from bot.sandbox.terminal.terminal import Terminal
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox.fake_bot import FakeBot
from tests.sandbox.real_bot import run_bot_and_sandbox

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


class Visitor:
    """Types lines, and keeps what is shown."""

    def __init__(self, engine: SandboxEngine, words: LanguagePack, quiet: float = 0.05) -> None:
        """Sit down; seconds of *quiet* say that nothing more is coming."""
        self.shown: list[str] = []
        self.terminal = Terminal(engine, words, self.shown.append)
        self.terminal.quiet_seconds = quiet

    async def types(self, *lines: str) -> str:
        """Type lines, and give what was shown since."""
        self.shown.clear()
        for line in lines:
            await self.terminal.execute_line(line)
        return "\n".join(self.shown)


async def test_the_bot_can_be_tried_by_typing(words: LanguagePack, tmp_path: Path) -> None:
    """A tip, a debrief with its guide, joining, a check-in after a jump, a supervisor's way."""
    async with run_bot_and_sandbox(words, tmp_path, NOW) as engine:
        visitor = Visitor(engine, words, quiet=0.4)

        assert "[1] Next tip" in await visitor.types("/tip")
        form = await visitor.types("/rupture a canary typed by hand")
        assert "[1.1] ( ) Moved away" in form
        assert "canary" not in form
        guide = await visitor.types("choose 1.1", "choose 2.2", "submit")
        assert "(x) Moved away" in guide
        assert "7. For supervision" in guide
        await visitor.types("close", "/checkin join")
        asked = await visitor.types("jump checkin")
        assert "Answer in private" in asked
        step = next(n for n in range(1, 9) if f"[{n}] Answer in private" in asked)
        assert "(submit, or close)" in await visitor.types(f"press {step}")
        assert "== Before the first table ==" in await visitor.types(
            "close", "as Henrike Vossmoor", "/debriefs"
        )
        home = await visitor.types("close", "home")
        assert "== " in home
        assert "[1] Debrief a rupture" in home
        assert PersonaDriver(engine, "U0CLIN01").notice_texts() == []


async def test_what_cannot_be_done_is_said(
    bot: FakeBot, engine: SandboxEngine, words: LanguagePack
) -> None:
    """A slip of the fingers costs a sentence and nothing else."""
    visitor = Visitor(engine, words)
    cannot = words.translate("tryout.terminal.cannot")

    for line in ("press 9", "press x", "choose 1.1", "submit", "close", "as nobody", "jump far"):
        assert await visitor.types(line) == cannot
    assert await visitor.types("go nowhere") == cannot
    assert await visitor.types("dance") == words.translate("tryout.terminal.not_known")
    assert await visitor.types("") == ""
    assert bot.received_payloads == []


async def test_people_talk_across_rooms(engine: SandboxEngine, words: LanguagePack) -> None:
    """A visitor goes to a channel or a person, writes, and reads as somebody else."""
    visitor = Visitor(engine, words)

    said = await visitor.types("go #northshore", "say Good morning", "go Henrike", "say And you")

    assert "Good morning" in said
    assert "And you" in said
    assert "And you" in await visitor.types("as Henrike", "go Ilse Okonjo")
    assert "Ilse Okonjo  Clinician Northshore" in await visitor.types("people")


def reader(lines: list[str]) -> LineReader:
    """Return a reader of these lines."""
    waiting = iter(lines)

    async def read() -> str:
        return next(waiting)

    return read


async def test_a_session_ends_with_quit_or_the_last_line(
    engine: SandboxEngine, words: LanguagePack
) -> None:
    """Lines are read until somebody has had enough."""
    for lines in (["help", "quit", "people"], ["help", ""]):
        shown: list[str] = []

        await Terminal(engine, words, shown.append).run(reader(lines))

        assert "Ilse Okonjo" in shown[-1]
        assert not any("Henrike" in line for line in shown)
