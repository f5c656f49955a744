"""The privacy pack answers its questions, says what is set here, and repeats no secret."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.admin.privacy_pack import html_writer, markdown_writer, pack
from bot.admin.privacy_pack.document import Document, FactTable, iter_numbered, number_sections
from bot.content.catalogue import load_catalogue
from bot.content.pack_texts import read_files, read_stylesheet
from bot.domain.counts import exposure
from bot.settings import Settings
from bot.stated_retention import replace_retention
from bot.store.data_map import DATA_MAP
from tests.admin.privacy_pack.built_pack import (
    DAY,
    build_sample_pack,
    get_section,
    list_rows,
)
from tests.sources import ROOT

QUESTION_COUNT = 20
THREATS = read_files()["threats"]["threat"]
TEST_TABLE = "The test of each row, and the test"


def render_markdown(document: Document) -> str:
    """Return the Markdown of *document*."""
    return markdown_writer.render_document(document)


def test_each_question_is_answered_by_a_section() -> None:
    """Twenty questions come first, each with the number and title of the sections that answer."""
    sections = {section.id: section for _, section in iter_numbered(build_sample_pack().sections)}
    questions = read_files()["questions"]["question"]
    rows = list_rows("find")

    assert len(rows) == len(questions) == QUESTION_COUNT
    for question, row in zip(questions, rows, strict=True):
        assert question["sections"]
        assert all(
            f"{{section:{name}}} {sections[name].title}" in row[1] for name in question["sections"]
        )
        assert all(
            sections[name].blocks or sections[name].sections for name in question["sections"]
        )


def test_the_first_section_says_where_to_find_the_answers() -> None:
    """Whoever opens the pack reads the questions before anything else."""
    assert build_sample_pack().sections[0].id == "find"
    assert number_sections(build_sample_pack())["find"] == "1"


def test_sections_have_different_ids() -> None:
    """Each section has an id of its own, so that a reference leads to one place."""
    ids = [section.id for _, section in iter_numbered(build_sample_pack().sections)]

    assert len(set(ids)) == len(ids)


def test_each_test_of_the_threat_model_exists() -> None:
    """Every row names tests, and every file that it names exists."""
    paths = [path for threat in THREATS for path in threat["tests"]]

    assert all(threat["tests"] for threat in THREATS)
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_threat_model_has_every_documented_attack() -> None:
    """Each test file of the document's table of attackers is in the pack."""
    document = (ROOT / "docs/anonymity.md").read_text(encoding="utf-8")
    table = document.partition(TEST_TABLE)[2].partition("\n`make test`")[0]
    documented = set(re.findall(r"`(tests/[\w/]+\.py)::", table))

    assert len(documented) > 5
    assert documented <= {path for threat in THREATS for path in threat["tests"]}


def test_figures_of_the_threat_model_are_documented() -> None:
    """Each share of right guesses is one that the document has measured."""
    document = (ROOT / "docs/anonymity.md").read_text(encoding="utf-8")
    text = " ".join(threat["after_close"] for threat in THREATS)
    figures = re.findall(r"up to (\d\d)|right in (\d\d) to (\d\d)|limit is (\d\d)", text)

    assert len(figures) >= 5
    assert [n for row in figures for n in row if n and f"0.{n}" not in document] == []


def test_the_budget_is_that_of_the_domain() -> None:
    """The bound of a year, and the sum of each row, are computed from the terms."""
    text = render_markdown(build_sample_pack())

    assert f"add up to at most {float(exposure.max_yearly_exposure()):.1f}," in text
    assert [row[-1] for row in list_rows("budget")] == ["3.2", "4.0", "5.9", "2.3"]


def build_markdown(**values: Any) -> str:
    """Return the pack of an installation with the settings *values*."""
    config = Settings(_env_file=None, **values)
    content = replace_retention(load_catalogue(), config.retention)
    return render_markdown(pack.build_document(config, content, ["en"], DAY))


def test_retention_is_that_of_the_settings() -> None:
    """Shorter periods are stated in the map, in the periods and in people's own texts."""
    text = build_markdown(tables_retention_months=7, audit_retention_months=5)

    assert "removed teams | 7 months" in text
    assert "replaced secrets | 5 months" in text
    assert "A published table is deleted 7 months after its period" in text
    assert "24 months" not in text.replace("; kept 24 months.", "").replace(", kept 24 months.", "")


def test_no_text_setting_is_printed() -> None:
    """Secrets, addresses, ids and paths are said to be set, and their values are nowhere."""
    canary = "canary0of0the0pack"
    names = [
        name
        for name, field in Settings.model_fields.items()
        if field.annotation not in (bool, int, float)
    ]
    values = {name: canary for name in names if name not in UNUSABLE}
    text = build_markdown(**values, pepper=f"{canary}-of-thirty-two-characters", keys=f"/{canary}")

    assert len(values) > 5
    assert canary not in text


UNUSABLE = {
    *("database_url", "keys", "pepper", "log_level", "test_clock", "teams_openid_metadata_url"),
    *("slack_bot_token", "slack_app_token", "slack_refresh_token", "slack_signing_secret"),
    *("slack_api_url", "base_url", "teams_client_id", "teams_tenant_id", "teams_tenants"),
    *("safety_text_en", "safety_text_fr", "safety_text_zh"),
}
"""Settings that are checked for their form, or are shown to everybody by their purpose."""


def test_texts_for_people_are_in_every_language() -> None:
    """Each language has the same keys, and each text that *What is kept?* can show."""
    tags = load_catalogue().languages
    keys = [[row[0] for row in list_rows(f"texts-{tag}")] for tag in tags]

    assert keys[0] == keys[1] == keys[2]
    for prefix in ("privacy.kept.", "safety.", "checkin.", "own_data.erase.", "rupture."):
        assert any(key.startswith(prefix) for key in keys[0])
    assert all(all(row) for tag in tags for row in list_rows(f"texts-{tag}"))


def test_sealed_columns_are_said_to_be_unreadable() -> None:
    """What the store seals is unreadable in a backup, and everything else is readable."""
    for name, facts in DATA_MAP.items():
        states = {row[0].strip("`"): row[4] for row in list_rows(f"data-{name}")}

        assert {column for column, state in states.items() if state == "unreadable"} == set(
            facts.sealed
        )
        assert set(states.values()) <= {"unreadable", "readable"}


def test_no_page_names_a_placeholder_or_reference_without_its_value() -> None:
    """Outside people's own texts no brace is left in the HTML or in the Markdown."""
    document = build_sample_pack()
    html = html_writer.render_document(document, read_stylesheet())
    body = html.partition("<main>")[2].partition('<section id="texts-')[0]

    assert "{section" not in html + render_markdown(document)
    assert re.findall(r"\{(?!day\})\w+\}", body) == []


def test_links_lead_to_sections(tmp_path: Path) -> None:
    """Every link inside a file leads to an anchor of it."""
    assert main(["privacy-pack", str(tmp_path)]) == 0
    html = (tmp_path / pack.HTML_NAME).read_text(encoding="utf-8")
    markdown = (tmp_path / pack.MARKDOWN_NAME).read_text(encoding="utf-8")

    assert set(re.findall(r'href="#([\w-]+)"', html)) <= set(re.findall(r'id="([\w-]+)"', html))
    assert set(re.findall(r"\]\(#([\w-]+)\)", markdown)) <= set(
        re.findall(r'<a id="([\w-]+)">', markdown)
    )


def test_one_language_can_be_selected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a language the pack has people's texts in it alone, and the files are named."""
    assert main(["privacy-pack", str(tmp_path / "new"), "--language", "fr-CA"]) == 0

    html = (tmp_path / "new" / pack.HTML_NAME).read_text(encoding="utf-8")
    assert 'id="texts-fr-CA"' in html
    assert 'id="texts-en"' not in html
    assert capsys.readouterr().err.count("privacy-pack.") == 2


def test_pack_of_a_workspace_has_its_own_periods_and_safety_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clinic that shares Attune with others gets the periods and the safety text of its own."""
    file = tmp_path / "workspaces.toml"
    file.write_text(
        '[[workspace]]\nid = "T0OWN"\ntables_retention_months = 9\nsafety = { en = "Call 555." }\n'
    )
    monkeypatch.setenv("WORKSPACES_FILE", str(file))
    for name, workspace in (("own", "T0OWN"), ("other", "T0OTHER")):
        assert main(["privacy-pack", str(tmp_path / name), "--workspace", workspace]) == 0
    own, other = (
        (tmp_path / name / pack.MARKDOWN_NAME).read_text(encoding="utf-8")
        for name in ("own", "other")
    )

    assert "removed teams | 9 months" in own
    assert "Call 555." in own
    assert "removed teams | 24 months" in other
    assert "Call 555." not in other


def test_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A file in place of the folder ends the command with status 2."""
    (tmp_path / "file").write_text("")

    assert main(["privacy-pack", str(tmp_path / "file")]) == 2


def test_every_law_has_facts_and_open_questions() -> None:
    """The draft has a section for each of the four laws, with facts and with questions."""
    regimes = {part.id for part in get_section("assessment").sections}

    assert {f"assessment-{name}" for name in ("law25", "phipa", "gdpr", "hipaa")} < regimes
    for regime in read_files()["assessment"]["regime"]:
        assert regime["facts"]
        assert all(question.endswith("?") for question in regime["questions"])


def test_tables_have_as_many_cells_as_headings() -> None:
    """Each row of each table fits its headings."""
    for _, section in iter_numbered(build_sample_pack().sections):
        for block in section.blocks:
            if isinstance(block, FactTable):
                assert {len(row) for row in block.rows} == {len(block.headings)}
