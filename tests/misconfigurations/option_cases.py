"""Wrong options and files of the subcommands that need no database."""

import json
from pathlib import Path

from tests.misconfigurations.operator import Case

_MANIFEST = ("manifest", "--base-url")
_PACKAGE = ("manifest", "--teams", "{folder}/attune.zip", "--base-url")
_CLIENT = ("--client-id", "00000000-0000-4000-8000-00000000000a")
_BASE_URL = "https://attune.example.org"

MANIFEST_CASES = (
    *(
        Case(f"--base-url {url}", (*_MANIFEST, url), "- --base-url: ", f"a query: {form} ")
        for url, form in (
            ("attune.example.org", _BASE_URL),
            ("http://attune.example.org", _BASE_URL),
            ("https://attune.example.org/slack/events", _BASE_URL),
            ("https://somebody:canary@attune.example.org", _BASE_URL),
            ("https://attune.example.org?canary=1", _BASE_URL),
            ("https://attune.example.org:canary", _BASE_URL),
            ("https://[canary", _BASE_URL),
            ("", _BASE_URL),
        )
    ),
    Case(
        "--teams with a path",
        (*_PACKAGE, f"{_BASE_URL}/bot", *_CLIENT),
        "- --base-url: ",
        "without a user, a path or a query",
    ),
    Case(
        "--about beside a faulty --base-url",
        (*_PACKAGE, "canary", *_CLIENT, "--about", "http://canary.example"),
        "- --about: ",
        "has to be the https address of a page",
    ),
    Case(
        "--client-id", (*_PACKAGE, _BASE_URL, "--client-id", "canary"), "- --client-id: ", "a GUID"
    ),
    Case(
        "--teams into no folder",
        ("manifest", "--teams", "{folder}/no/a.zip", "--base-url", _BASE_URL, *_CLIENT),
        "/no/a.zip cannot be written",
        "Name another file after --teams",
    ),
    Case("neither endpoint", ("manifest",), "--base-url", "--socket-mode"),
)


def write_team_file(folder: Path) -> None:
    """Write a team file in Latin-1, and one whose only line is no TOML."""
    (folder / "latin.toml").write_bytes('name = "Überall canary"'.encode("latin-1"))
    (folder / "broken.toml").write_text("[[team]\nname = canary\n")
    (folder / "empty.toml").write_text("")
    (folder / "typo.toml").write_text('[[team]]\nworkspce = "canary"\n')
    (folder / "folder.toml").mkdir()


TEAM_CASES = tuple(
    Case(
        f"team file {name}",
        ("team", "apply", f"{{folder}}/{name}.toml"),
        f"/{name}.toml",
        sentence,
        prepare=write_team_file,
    )
    for name, sentence in (
        ("missing", "cannot be read. Check the path"),
        ("folder", "cannot be read. Check the path"),
        ("latin", "Save the file as UTF-8"),
        ("broken", "is not valid TOML"),
        ("empty", "holds no team"),
        ("typo", "compare its spelling"),
    )
)


def write_files(folder: Path) -> None:
    """Write a text file, a folder, and a JSON file."""
    (folder / "text").write_text("canary")
    (folder / "folder").mkdir()
    (folder / "json").write_text(json.dumps({"canary": 1}))


FILE_CASES = (
    *(
        Case(
            f"{verb} of {name}",
            (verb, f"{{folder}}/{name}"),
            f"/{name} ",
            sentence,
            prepare=write_files,
            status=status,
        )
        for verb, name, sentence, status in (
            ("backup", "text", "Name a file that does not exist yet", 2),
            ("backup", "no/folder", "in a folder that can be written", 2),
            ("backup", "new", "check DATABASE_URL", 2),
            ("check-backup", "missing", "is not a copy of an SQLite database", 1),
            ("check-backup", "text", "is not a copy of an SQLite database", 1),
            ("check-backup", "folder", "is not a copy of an SQLite database", 1),
        )
    ),
    Case(
        "print into a file",
        ("print", "{folder}/text"),
        "/text",
        "Choose a folder that you may write to",
        prepare=write_files,
    ),
    Case(
        "privacy pack into a file",
        ("privacy-pack", "{folder}/text"),
        "/text",
        "Choose a folder that you may write to",
        prepare=write_files,
    ),
    Case(
        "print into a forbidden folder",
        ("print", "{folder}/pages"),
        "/pages",
        "Choose a folder that you may write to",
        prepare=lambda folder: folder.chmod(0o755),
        is_unprivileged=True,
    ),
    Case("no subcommand", (), "verb", "required"),
    Case("unknown subcommand", ("canar",), "canar", "choose from"),
    *(
        Case(
            f"try with PORT={port}", ("try", *option), "- PORT: ", "from 0 to 65535", {"PORT": port}
        )
        for port in ("abc", "70000", "-1")
        for option in ((), ("--teams",))
    ),
)

CASES = (*MANIFEST_CASES, *TEAM_CASES, *FILE_CASES)
