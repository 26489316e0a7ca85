"""The command line: parse, one call into core.app, render."""
