"""NSS databases: every Firefox profile, and the Chromium family on Linux."""
