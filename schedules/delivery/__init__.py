"""Sending planned deliveries: the sender, its workers and the rate limit."""
