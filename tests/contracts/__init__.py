"""What the whole house promises: its structure, its sizes, its stores, its words."""
