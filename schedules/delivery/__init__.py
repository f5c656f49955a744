"""Sender of the delivery queue: workers, claims, rate limit, retries, probes and reconciliation."""
