"""A store of our own in a file: what the sample's computer has where Debian's tool is not at hand."""
