"""Ids of workspaces and people as an operator writes them, in files and on the command line."""


def lowercase_microsoft_id(text: str) -> str:
    """Lowercase Microsoft's ids, as incoming activities are parsed; Slack's ids have no dash."""
    return text.lower() if "-" in text else text


def workspace_key(workspace: str) -> str:
    """Return *workspace* with its product as prefix: tenant ids contain dashes, Slack's do not."""
    return f"{'msteams' if '-' in workspace else 'slack'}:{workspace}"
