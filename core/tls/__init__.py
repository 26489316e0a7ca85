"""Take what a device presents and say what each client would make of it."""
