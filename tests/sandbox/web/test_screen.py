from bot.sandbox.workspace.engine import SandboxConfig, SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver

READ_ONLY_MANIFEST = {
    "display_information": {"name": "Attune"},
    "features": {"app_home": {"messages_tab_read_only_enabled": True}, "slash_commands": []},
    "settings": {"event_subscriptions": {"bot_events": []}},
}


def test_roles_are_offered_before_names(engine: SandboxEngine, ilse: PersonaDriver) -> None:
    """Four roles in a fixed order contain each person once, grouped by team."""
    screen = engine.screen_view.render_screen(ilse.person)
    groups = {role["role"]: role["groups"] for role in screen["roles"]}
    ids = [person["id"] for role in groups.values() for group in role for person in group["people"]]

    assert list(groups) == ["clinician", "supervisor", "director", "admin"]
    assert sorted(ids) == sorted(engine.workspace.people)
    assert [group["label"] for group in groups["clinician"]] == [
        "Northshore",
        "Riverside",
        "On no team's list yet",
    ]
    assert [group["label"] for group in groups["admin"]] == ["The whole practice"]


def test_each_thing_to_try_has_its_sentences(engine: SandboxEngine, ilse: PersonaDriver) -> None:
    """A step has a title, says who goes where, and what to do then."""
    steps = engine.screen_view.render_screen(ilse.person)["steps"]

    assert len(steps) == 5
    assert steps[0]["where"] == "Ilse Okonjo \u00b7 #northshore"
    assert (steps[2]["room"], steps[2]["tab"], steps[2]["jump"]) == ("app", "messages", "checkin")
    assert all(step["title"] and step["hint"].endswith(".") for step in steps)


def test_chat_with_the_bot_is_read_only_by_the_manifest(
    engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """The manifest decides whether the chat with the bot has an input line; channels have one."""
    config = SandboxConfig(
        engine.config.bot_url,
        engine.config.slack_url,
        engine.config.credentials,
        engine.config.words,
        manifest=READ_ONLY_MANIFEST,
    )
    channels = SandboxEngine(config).screen_view.render_screen(ilse.person)["channels"]
    own_channels = engine.screen_view.render_screen(ilse.person)["channels"]

    assert {channel["kind"] for channel in channels if channel["read_only"]} == {"app"}
    assert not any(channel["read_only"] for channel in own_channels)
