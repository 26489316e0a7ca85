"""Values that cross every border: devices, certificates, verdicts, stores, plans."""
