"""The sandbox: a local stand-in for Slack and Teams that runs the unchanged bot."""
