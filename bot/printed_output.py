"""Handlers of ``manifest``, ``print`` and ``privacy-pack``, which render files without a store."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from bot import progress, settings
from bot.admin.privacy_pack import pack
from bot.chat import slack
from bot.chat.msteams import manifest as teams_manifest
from bot.command_output import EXIT_FAULTY_INPUT, print_sentence
from bot.content import catalogue
from bot.content.catalogue import LanguagePack
from bot.domain.counts import printed_drills, printed_hours
from bot.domain.debriefs import printables
from bot.served_content import load_workspace_content


def print_manifest(options: argparse.Namespace, words: LanguagePack) -> int:
    """Print Slack's manifest as JSON to standard output, or write the Teams app package to a file.

    Raises :class:`bot.errors.FaultyInputError` for an invalid URL or client id.
    """
    if options.teams is not None:
        return _write_teams_package(options, words)
    manifest = slack.build_manifest(
        words, base_url=options.base_url, installs_from_link=options.install_link
    )
    print(json.dumps(manifest, indent=2, ensure_ascii=False))  # noqa: T201 - the command's output
    return 0


def _write_teams_package(options: argparse.Namespace, words: LanguagePack) -> int:
    """Write the Teams app package as a zip file; return the exit status, 2 for an ``OSError``."""
    package = teams_manifest.build_package(
        catalogue.load_catalogue(),
        client_id=options.client_id,
        base_url=options.base_url or "",
        about_url=options.about,
    )
    try:
        options.teams.write_bytes(package)
    except OSError:
        print_sentence(words.translate("operator.unpackaged", path=str(options.teams)))
        return EXIT_FAULTY_INPUT
    print_sentence(words.translate("operator.packaged", path=str(options.teams)))
    return 0


def write_printables(options: argparse.Namespace, words: LanguagePack) -> int:
    """Render the printable pages as HTML files into a folder, which is created if it is missing.

    By default in all languages, with the deployment's content. Returns the exit status, 2 for an
    ``OSError``. Raises :class:`bot.errors.FaultyInputError` for a faulty workspaces file.
    """
    content = load_workspace_content(settings.load_settings("print"), options.workspace)
    folder: Path = options.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        languages = [options.language] if options.language else list(content.languages)
        for language in progress.track_progress(
            languages, words.translate("operator.progress.pages")
        ):
            pack = content.get_pack(language)
            pages = {
                **printables.render_pages(pack),
                **printed_hours.render_pages(pack),
                **printed_drills.render_pages(pack),
            }
            for name, page in pages.items():
                file = folder / f"{name}.{language}.html"
                file.write_text(page, encoding="utf-8")
                print_sentence(words.translate("operator.printed.page", path=str(file)))
    except OSError:
        print_sentence(words.translate("operator.printed.unwritable", folder=str(folder)))
        return EXIT_FAULTY_INPUT
    return 0


def write_privacy_pack(options: argparse.Namespace, words: LanguagePack) -> int:
    """Render the document for privacy officers as HTML and Markdown files into a folder.

    It has the system's date in UTC. Defaults, exit status and exceptions are those of
    :func:`write_printables`.
    """
    config = settings.load_settings("privacy-pack")
    content = load_workspace_content(config, options.workspace)
    languages = [options.language] if options.language else list(content.languages)
    folder: Path = options.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = pack.write_pack(folder, config, content, languages, datetime.now(UTC).date())
    except OSError:
        print_sentence(words.translate("operator.printed.unwritable", folder=str(folder)))
        return EXIT_FAULTY_INPUT
    for file in files:
        print_sentence(words.translate("operator.printed.page", path=str(file)))
    return 0
