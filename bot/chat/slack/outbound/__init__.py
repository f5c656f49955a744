"""Calls to Slack: the Web API client, responses, deliveries and their error codes."""
