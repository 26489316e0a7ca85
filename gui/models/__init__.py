"""Qt models fed by core events."""
