"""Processes of the sandbox: start, stop, data folder and loopback server."""
