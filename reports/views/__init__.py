"""Pages of reports: pages.py reads, life.py changes, verify.py recognises."""
