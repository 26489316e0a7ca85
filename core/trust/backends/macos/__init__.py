"""The login keychain and the System keychain of macOS, through /usr/bin/security."""
