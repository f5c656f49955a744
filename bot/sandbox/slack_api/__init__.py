"""Emulation of Slack's Web API and of its signed requests to the bot."""
