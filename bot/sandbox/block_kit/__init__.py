"""Validation of Block Kit payloads with pydantic models, and the input state of views."""
