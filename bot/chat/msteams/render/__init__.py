"""Product-neutral messages and forms rendered as Adaptive Cards."""
