"""End to end: real browsers, real responders, real processes."""
