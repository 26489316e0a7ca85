"""Run the site authority: root, issuing CA, device certificates, ledger."""
