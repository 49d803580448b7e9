"""Backups: the whole database in one file that says what it holds and can be checked (docs/adr/0025)."""
