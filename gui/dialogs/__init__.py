"""Sheets that ask before something happens."""
