"""Mirrors packaging/."""
