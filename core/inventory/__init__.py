"""What is remembered of devices between two runs."""
