"""Product-neutral messages and forms rendered as Block Kit."""
