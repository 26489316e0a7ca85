"""Painters of rows and path items."""
