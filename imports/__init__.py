"""A whole plan in and out: from the sheet an office already has, and to files that come back unchanged.

Owns: reading files of strangers, what their columns and words mean, the preview, and applying exactly that.
May be imported by: planapp and demo. Knows initiatives and every room below.
Begin reading at: kinds.py, reading/, comparing/compare.py, services/.
"""
