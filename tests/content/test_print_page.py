"""HTML of the printable pages."""

import re

from bot.content import print_page


def test_markup_is_rendered_and_text_is_escaped() -> None:
    """Strong text and links become HTML elements; brackets and ampersands are escaped."""
    assert print_page.render_inline("**Try** <this> & [that](https://example.org/a)") == (
        '<strong>Try</strong> &lt;this&gt; &amp; <a href="https://example.org/a">that</a>'
    )


def test_page_has_language_and_title() -> None:
    """The document has a ``lang`` attribute, for screen readers, and an escaped title."""
    page = print_page.render_page("fr-CA", "Aide & soin", print_page.render_paragraph("Bonjour"))

    assert '<html lang="fr-CA">' in page
    assert "<title>Aide &amp; soin</title>" in page
    assert "<p>Bonjour</p>" in page


def test_page_has_no_external_resources() -> None:
    """No font, script or image is requested when a page is opened or printed."""
    page = print_page.render_page("en", "T")

    assert not any(word in page for word in ("src=", "url(", "<script", "<link", "@import"))


def test_no_text_is_below_nine_points() -> None:
    """Every size of the stylesheet is at least 9 pt, or no smaller than the text around it."""
    sizes = re.findall(r"font(?:-size)?: *([\d.]+)(\w+)", print_page.STYLESHEET)

    assert len(sizes) >= 6
    assert {unit for _, unit in sizes} == {"pt", "em"}
    assert all(float(size) >= {"pt": 9, "em": 1}[unit] for size, unit in sizes)


def test_banner_is_a_literal_text() -> None:
    """A text of the operator is printed character by character, without markup."""
    assert '<p class="banner">Call &lt;1&gt; &amp; **2**</p>' in print_page.render_banner(
        "Call <1> & **2**"
    )
