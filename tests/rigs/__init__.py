"""Real things on loopback and in namespaces: servers, responders, stores, browsers."""
