"""Installations of all clinics through the bot's own pages, one after another."""

import secrets
import time
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.journeys.clinic_browser import ClinicBrowser

_REPORT_INTERVAL = 100


def install_clinics(
    web_url: str, places: Iterable[str], report_progress: Callable[[str], None]
) -> float:
    """Install the app in each of *places* from the link; return the seconds that it took."""
    started_at = time.monotonic()
    for number, place in enumerate(places):
        if number % _REPORT_INTERVAL == 0:
            report_progress(f"installing in clinic {number + 1}")
        install_clinic(web_url, place)
    return time.monotonic() - started_at


def install_clinic(web_url: str, place: str) -> None:
    """Visit the link, press the button as an admin of *place*, and return from Slack."""
    browser = ClinicBrowser(web_url)
    parameters = dict(parse_qsl(urlsplit(browser.visit_install_page().button_url).query))
    query = urlencode({"code": f"{place}.{secrets.token_hex(8)}", "state": parameters["state"]})
    page = browser.visit(f"{parameters['redirect_uri']}?{query}")
    assert page.status == 200, page.text
