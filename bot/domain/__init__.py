"""Clinical supervision rules as pure functions: no I/O, no clock, no global state."""
