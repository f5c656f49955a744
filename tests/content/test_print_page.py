from bot.content import print_page


def test_markup_becomes_html_and_all_else_stays_text() -> None:
    """What is strong or linked shows so; a bracket or an ampersand is what it is."""
    assert print_page.render_inline("**Try** <this> & [that](https://example.org/a)") == (
        '<strong>Try</strong> &lt;this&gt; &amp; <a href="https://example.org/a">that</a>'
    )


def test_a_page_tells_its_language_and_title() -> None:
    """A screen reader knows how to speak, and a window what it shows."""
    page = print_page.render_page("fr-CA", "Aide & soin", print_page.render_paragraph("Bonjour"))

    assert '<html lang="fr-CA">' in page
    assert "<title>Aide &amp; soin</title>" in page
    assert "<p>Bonjour</p>" in page


def test_a_page_needs_nothing_from_elsewhere() -> None:
    """No font, script or picture is fetched, so that printing tells nobody."""
    page = print_page.render_page("en", "T")

    assert not any(word in page for word in ("src=", "url(", "<script", "<link", "@import"))
