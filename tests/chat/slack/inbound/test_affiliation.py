"""The workspace and the organisation that a payload of an organisation's installation names."""

from typing import Any

import pytest

from bot.chat.slack.inbound.affiliation import parse_organisation, parse_workspace

CLINICS = {"id": "E0CLINICS", "name": "Clinics"}


@pytest.mark.parametrize(
    ("payload", "organisation"),
    [
        ({"enterprise_id": "E0CLINICS", "is_enterprise_install": "true"}, "slack:E0CLINICS"),
        ({"enterprise_id": "E0CLINICS", "is_enterprise_install": "false"}, ""),
        ({"enterprise_id": "E0CLINICS"}, ""),
        ({"enterprise": CLINICS, "is_enterprise_install": True}, "slack:E0CLINICS"),
        ({"team": None, "enterprise": None, "is_enterprise_install": True}, ""),
        ({"is_enterprise_install": False, "team_id": "T0NORTH"}, ""),
        (
            {"authorizations": [{"enterprise_id": "E0A", "is_enterprise_install": True}]},
            "slack:E0A",
        ),
        ({"authorizations": [{"enterprise_id": "E0A", "is_enterprise_install": False}]}, ""),
        (
            {
                "is_enterprise_install": True,
                "team": {"id": "T0OTHER", "enterprise_id": "E0OTHER"},
                "view": {"app_installed_team_id": "T0NORTH"},
            },
            "",
        ),
        (
            {
                "is_enterprise_install": True,
                "enterprise": {"id": "E0OTHER"},
                "view": {"app_installed_team_id": "E0CLINICS"},
            },
            "",
        ),
        (
            {
                "team_id": None,
                "enterprise_id": "E0CLINICS",
                "event": {"type": "team_access_revoked", "team_ids": ["T0NORTH"]},
            },
            "slack:E0CLINICS",
        ),
    ],
)
def test_only_an_organisations_installation_has_an_organisation(
    payload: dict[str, Any], organisation: str
) -> None:
    """The flag decides: a workspace of an organisation may have an installation of its own."""
    assert parse_organisation(payload) == organisation


def test_a_payload_without_a_team_names_the_users_workspace() -> None:
    """An interaction of an organisation's installation has no team, but its user's."""
    payload = {
        "team": None,
        "enterprise": CLINICS,
        "is_enterprise_install": True,
        "user": {"id": "W0CLIN", "team_id": "T0EAST"},
        "view": {"app_installed_team_id": "E0CLINICS"},
    }

    assert parse_workspace(payload) == "slack:T0EAST"
