"""Runs on Windows and under Wine alone."""
