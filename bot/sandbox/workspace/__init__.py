"""The state of the sandbox workspace and the actions of its personas."""
