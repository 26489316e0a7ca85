"""Legacy and hostile TLS servers: what a chain has to be captured from, and what is no TLS at all."""
