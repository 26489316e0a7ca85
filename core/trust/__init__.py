"""Install, prove and remove a root in the trust stores of this machine."""
