"""Run on macOS with the real security tool, and nowhere else."""
