"""Calls to Teams: the Connector client, responses, deliveries and their error codes."""
