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
    """Executes lines in a terminal, and stores its output."""

    def __init__(
        self, engine: SandboxEngine, words: LanguagePack, idle_seconds: float = 0.05
    ) -> None:
        """Create the terminal; a command ends after *idle_seconds* without a change."""
        self.output_lines: list[str] = []
        self.terminal = Terminal(engine, words, self.output_lines.append)
        self.terminal.idle_seconds = idle_seconds

    async def type_lines(self, *lines: str) -> str:
        """Execute lines, and return their output as one string."""
        self.output_lines.clear()
        for line in lines:
            await self.terminal.execute_line(line)
        return "\n".join(self.output_lines)


async def test_typed_commands_reach_every_feature(words: LanguagePack, tmp_path: Path) -> None:
    """Tips, debriefs, guides, check-ins after a jump, tables and Home work on the terminal."""
    async with run_bot_and_sandbox(words, tmp_path, NOW) as engine:
        visitor = Visitor(engine, words, idle_seconds=0.4)

        assert "[1] Next tip" in await visitor.type_lines("/tip")
        form = await visitor.type_lines("/rupture a canary typed by hand")
        assert "[1.1] ( ) Moved away" in form
        assert "canary" not in form
        guide = await visitor.type_lines("choose 1.1", "choose 2.2", "submit")
        assert "(x) Moved away" in guide
        assert "] To bring to supervision" in guide
        await visitor.type_lines("close", "/checkin join")
        checkin_output = await visitor.type_lines("jump checkin")
        assert "Answer in private" in checkin_output
        number = next(
            candidate
            for candidate in range(1, 9)
            if f"[{candidate}] Answer in private" in checkin_output
        )
        assert "(submit, or close)" in await visitor.type_lines(f"press {number}")
        assert "== Before the first table ==" in await visitor.type_lines(
            "close", "as Henrike Vossmoor", "/debriefs"
        )
        home = await visitor.type_lines("close", "home")
        assert "== " in home
        assert "[1] Debrief a rupture" in home
        assert PersonaDriver(engine, "U0CLIN01").notice_texts() == []


async def test_an_invalid_command_prints_a_sentence(
    bot: FakeBot, engine: SandboxEngine, words: LanguagePack
) -> None:
    """An unknown command or reference prints one sentence and sends no request."""
    visitor = Visitor(engine, words)
    cannot = words.translate("sandbox.terminal.cannot")

    for line in ("press 9", "press x", "choose 1.1", "submit", "close", "as nobody", "jump far"):
        assert await visitor.type_lines(line) == cannot
    assert await visitor.type_lines("go nowhere") == cannot
    assert await visitor.type_lines("dance") == words.translate("sandbox.terminal.not_known")
    assert await visitor.type_lines("") == ""
    assert bot.received_payloads == []


async def test_personas_exchange_messages(engine: SandboxEngine, words: LanguagePack) -> None:
    """A message to a channel or a person is visible to another persona."""
    visitor = Visitor(engine, words)

    output = await visitor.type_lines(
        "go #northshore", "say Good morning", "go Henrike", "say And you"
    )

    assert "Good morning" in output
    assert "And you" in output
    assert "And you" in await visitor.type_lines("as Henrike", "go Ilse Okonjo")
    assert "Ilse Okonjo  Clinician Northshore" in await visitor.type_lines("people")


def build_reader(lines: list[str]) -> LineReader:
    """Return a LineReader that returns these lines."""
    remaining_lines = iter(lines)

    async def read_line() -> str:
        return next(remaining_lines)

    return read_line


async def test_a_session_ends_on_quit_or_end_of_input(
    engine: SandboxEngine, words: LanguagePack
) -> None:
    """Lines after `quit` or after the end of the input are not executed."""
    for lines in (["help", "quit", "people"], ["help", ""]):
        output_lines: list[str] = []

        await Terminal(engine, words, output_lines.append).run(build_reader(lines))

        assert "Ilse Okonjo" in output_lines[-1]
        assert not any("Henrike" in line for line in output_lines)
