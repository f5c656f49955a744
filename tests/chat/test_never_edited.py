import ast

from tests import sources

CHANGES = {
    "chat_delete",
    "chat_update",
    "delete",
    "delete_targeted",
    "put",
    "update",
    "update_targeted",
}
"""How Slack's and Microsoft's clients change or take back a message that was sent."""

OUTWARD = {"_client", "activities", "chats", "client"}
"""What the rooms of the products call their clients."""


def test_a_message_already_sent_is_never_edited() -> None:
    """No product's room has a call that could change or take back a message once it is sent."""
    called = {
        f"{source.path}: {node.func.attr}"
        for source in sources.load_bot_sources()
        if source.is_within("bot.chat")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).rpartition(".")[2] in OUTWARD
        and node.func.attr in CHANGES
    }

    assert called == set()
