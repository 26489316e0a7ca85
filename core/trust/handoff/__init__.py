"""Hand the public root to devices that Dotlocal does not run on."""
