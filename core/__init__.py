"""Dotlocal's engine: discovery, chain truth, the authority and trust stores; knows no GUI."""

__version__ = "0.1.0"
