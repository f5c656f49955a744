"""The HTTP server of a process: limits of connections, listening socket and stop."""
