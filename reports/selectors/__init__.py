"""Reads for reports: source.py the plan as it stood, snapshots.py what was frozen, report.py both as content."""
