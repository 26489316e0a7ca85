"""The sample floor: a dozen devices served by this machine on loopback."""
