"""The sandbox: a local server that emulates Slack and Teams for the unchanged bot."""
