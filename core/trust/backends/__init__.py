"""One file or folder a kind of store; none knows another."""
