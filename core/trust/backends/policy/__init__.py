"""Enterprise policies that install a root for every user of this machine."""
