"""Prove trust by a visit: a page of our own under a fresh certificate, and who opened it."""
