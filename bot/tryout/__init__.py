"""The practice workspace: a local stand-in for Slack that anyone can try."""
