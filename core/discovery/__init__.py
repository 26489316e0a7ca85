"""Find .local devices: multicast DNS in, typed events out."""
