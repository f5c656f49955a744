"""Slack requests: verification, parsing, and conversion to product-neutral requests."""
