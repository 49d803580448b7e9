"""Frozen quarters and files out.

Owns: quarter snapshots, reports and their exports.
May be imported by: planapp. Imports: initiatives, goals, people.
Begin reading at: models.py, then services.py (freeze_quarter).
"""
