"""Use cases: the only calls that the window and the command line make."""
