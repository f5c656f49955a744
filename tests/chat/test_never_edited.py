import ast

from tests import sources

EDIT_METHODS = {
    "chat_delete",
    "chat_update",
    "delete",
    "delete_targeted",
    "put",
    "update",
    "update_targeted",
}
"""Methods of Slack's and Microsoft's clients that edit or delete a sent message."""

CLIENT_NAMES = {"_client", "activities", "chats", "client"}
"""Names of the API clients in the product adapters."""


def test_sent_messages_are_never_edited() -> None:
    """No product adapter calls a method that edits or deletes a sent message."""
    edit_calls = {
        f"{source.path}: {node.func.attr}"
        for source in sources.load_bot_sources()
        if source.is_within("bot.chat")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).rpartition(".")[2] in CLIENT_NAMES
        and node.func.attr in EDIT_METHODS
    }

    assert edit_calls == set()
