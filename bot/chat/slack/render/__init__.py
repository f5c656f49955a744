"""Rendering of product-neutral messages and forms as Block Kit JSON; pure functions."""
