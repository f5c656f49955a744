"""HTML of the installation pages: an inline stylesheet, no script, no image, no other request."""

from collections.abc import Iterable
from html import escape

from bot.chat.slack.manifest import OPTIONAL_SCOPES, SCOPES
from bot.chat.slack.oauth.code_exchange import InstallationResult
from bot.content.catalogue import LanguagePack
from bot.content.print_page import render_inline, render_paragraph, render_section

_STYLESHEET = """
body { font: 1.05rem/1.5 "Noto Sans", "Segoe UI", Arial, sans-serif; color: #1c2430;
  background: #fff; margin: 0 auto; max-width: 40rem; padding: 1.5rem 1rem; }
:lang(zh) body { font-family: "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; color: #17475a; }
dt { font-weight: bold; } dd { margin: 0 0 .8rem; } code { font-weight: normal; }
.button { display: inline-block; background: #17475a; color: #fff; padding: .8rem 1.4rem;
  border-radius: .4rem; text-decoration: none; font-weight: bold; }
.button:focus-visible { outline: .2rem solid #1c2430; outline-offset: .2rem; }
nav a { color: #17475a; margin-right: 1rem; }
"""

_RESULTS_WITHOUT_LINK = frozenset({InstallationResult.INSTALLED})


def render_install_page(
    words: LanguagePack, other_packs: Iterable[LanguagePack], authorize_url: str
) -> str:
    """Return the HTML page that lists the OAuth scopes with reasons, and links to *authorize_url*.

    For each of *other_packs* it links to itself with the query parameter ``language``.
    """
    links = "".join(
        f'<a href="?language={escape(pack.language)}" lang="{escape(pack.language)}" '
        f'hreflang="{escape(pack.language)}">{escape(pack.translate("install.this_language"))}</a>'
        for pack in other_packs
    )
    return _render_page(
        words,
        words.translate("install.title"),
        f"<nav>{links}</nav>\n",
        render_paragraph(words.translate("install.purpose")),
        render_section(words.translate("install.asked"), _render_scopes(words, SCOPES)),
        render_section(
            words.translate("install.optional"),
            render_paragraph(words.translate("install.optional_note")),
            _render_scopes(words, OPTIONAL_SCOPES),
        ),
        render_section(
            words.translate("install.never"), render_paragraph(words.translate("install.promise"))
        ),
        _render_button(authorize_url, words.translate("install.button")),
        render_paragraph(words.translate("install.organisation")),
    )


def render_result_page(words: LanguagePack, result: InstallationResult, install_path: str) -> str:
    """Return the HTML page about *result*; all but success link to *install_path* for a retry."""
    link = (
        ""
        if result in _RESULTS_WITHOUT_LINK
        else _render_button(install_path, words.translate("install.again"))
    )
    return _render_page(
        words,
        words.translate(f"install.{result.value}.title"),
        render_paragraph(words.translate(f"install.{result.value}.text")),
        link,
    )


def _render_scopes(words: LanguagePack, scopes: Iterable[str]) -> str:
    """Return an HTML definition list: each scope with its reason from the catalogue."""
    return "".join(
        f"<dt><code>{escape(scope)}</code></dt>"
        f"<dd>{render_inline(words.translate(_scope_key(scope)))}</dd>\n"
        for scope in scopes
    ).join(("<dl>\n", "</dl>\n"))


def _scope_key(scope: str) -> str:
    return f"install.scope.{scope.replace(':', '_')}"


def _render_button(url: str, label: str) -> str:
    return f'<p><a class="button" href="{escape(url)}">{escape(label)}</a></p>\n'


def _render_page(words: LanguagePack, title: str, *parts: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(words.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLESHEET}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{''.join(parts)}</main>\n</body>\n</html>\n"
    )
