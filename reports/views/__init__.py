"""Pages of reports: pages.py reads, workflow.py changes, files.py and exports.py hand out files, verify.py checks."""
