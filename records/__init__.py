"""What was recorded, and when.

Owns: the audit log, the history of every recorded row, the point of view in time, and the triggers that keep them.
May be imported by: every room. Knows no other room, not even who a person is.
Begin reading at: audit.py, history.py, asof.py.
"""
