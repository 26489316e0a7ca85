"""The key stores of every Java on this machine."""
