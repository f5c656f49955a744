"""Validation of Block Kit as Slack does it: schema, limits and input state."""
