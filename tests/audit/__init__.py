"""Scans of what the project is made of: `make audit` runs all, `make test` those that need no network."""
