"""Attune: a bot for clinical team supervision in Slack and Microsoft Teams."""
