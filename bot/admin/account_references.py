"""Parse the ids of workspaces and people in an operator's files and command line arguments."""


def lowercase_microsoft_id(text: str) -> str:
    """Return *text* in lowercase if it contains a dash, as Microsoft's ids do; Slack's never do.

    Request handlers parse Microsoft's ids in lowercase, so stored rows have them in that form.
    """
    return text.lower() if "-" in text else text


def build_workspace_key(workspace: str) -> str:
    """Return the stored key of the id *workspace*: ``msteams:`` or ``slack:``, then the id.

    An id with a dash is a Microsoft tenant's. The key names rows; it encrypts nothing.
    """
    return f"{'msteams' if '-' in workspace else 'slack'}:{workspace}"
