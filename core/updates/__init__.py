"""Whether there is a newer version: a signed statement is fetched and checked; nothing is ever downloaded or run."""
