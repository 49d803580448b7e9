"""Pages of reports: pages.py reads, life.py changes, files.py and exports.py hand out files, verify.py recognises."""
