"""Slack's Web API and its signed requests to the bot."""
