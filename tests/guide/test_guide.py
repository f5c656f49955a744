"""Every command of the operator's pages is run in the order of its page, or listed with a reason.

``plans.toml`` says what is done with each.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.guide.installation import Installation
from tests.guide.page_commands import PAGES, list_commands
from tests.guide.plans import Step, load_elsewhere, load_reasons, load_steps
from tests.memory_folder import find_memory_folder
from tests.misconfigurations.operator import PEPPER, Operator
from tests.misconfigurations.slack_stand_in import run_stand_in
from tests.sources import ROOT

TEAM_FILE = re.compile(r"^```toml\n(.+?)^```", re.MULTILINE | re.DOTALL)

FindPlace = Callable[[str], Installation]


@pytest.fixture
def find_place(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> Iterator[FindPlace]:
    """Return the place of a name, which is prepared at its first use."""
    needs_server = request.node.get_closest_marker("postgresql") is not None
    server = request.getfixturevalue("postgres") if needs_server else None
    template = request.getfixturevalue("postgres_template") if needs_server else ""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    match = TEAM_FILE.search(page)
    assert match is not None
    places: dict[str, Installation] = {}
    root = Path(tempfile.mkdtemp(prefix="attune-guide-", dir=find_memory_folder()))
    with run_stand_in({}) as slack_port:

        def find(name: str) -> Installation:
            if name not in places:
                folder = root / name.replace(" ", "-")
                folder.mkdir()
                operator = Operator(folder, monkeypatch, capsys)
                places[name] = Installation(operator, server, slack_port)
                places[name].prepare(name, match[1], template)
            return places[name]

        yield find
    monkeypatch.undo()
    shutil.rmtree(root)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_run_or_listed(page: str) -> None:
    """Each has a step, in the order of the page, another test, or a reason; and none is stale."""
    commands = list_commands(page)
    steps = [step.command for step in load_steps().get(page, ())]
    others = {command for entry in load_elsewhere() for command in entry.commands}

    assert steps == [command for command in commands if command in steps]
    assert [c for c in commands if c not in {*steps, *others, *load_reasons()}] == []


def test_no_entry_is_stale() -> None:
    """Each command that is run elsewhere or not at all is on a page, and its test has its words."""
    commands = {command for page in PAGES for command in list_commands(page)}
    others = {command for entry in load_elsewhere() for command in entry.commands}

    assert ({*others, *load_reasons()} - commands) == set()
    for entry in load_elsewhere():
        assert entry.words in (ROOT / entry.by).read_text(encoding="utf-8"), entry.by


def list_pages() -> Iterator[object]:
    """Yield the pages with steps, with the marker of the program that they need."""
    for page, steps in load_steps().items():
        needs_server = any(step.needs_postgresql for step in steps)
        yield pytest.param(page, marks=pytest.mark.postgresql if needs_server else ())


@pytest.mark.no_cover
@pytest.mark.parametrize("page", [*list_pages()])
def test_commands_of_a_page_run(page: str, find_place: FindPlace) -> None:
    """Each ends with its status, prints its text, and creates its files."""
    for step in load_steps()[page]:
        place = find_place(step.place)
        place.settings |= fill_settings(step)
        for option in (*step.first, step.option):
            outcome = place.run_step(step, option)
            assert outcome.status == step.status, f"{step.command}: {outcome.output}"
            assert "an error it does not know" not in outcome.output, step.command
        assert step.text in outcome.output, f"{step.command}: {outcome.output}"
        if step.creates:
            assert list(place.folder.glob(step.creates)), step.creates


def fill_settings(step: Step) -> dict[str, str]:
    """Return the settings of *step*, with the pepper of before where they name it."""
    return {name: value.replace("{pepper}", PEPPER) for name, value in step.set.items()}
