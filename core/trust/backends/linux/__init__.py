"""The store of the Debian family: files in place, one tool run, everything read back."""
