"""Who there is, who may do what, who did what.

Owns: users, departments, role grants, the audit log, the history mechanism every other room records with.
May be imported by: every room. Imports: no room; it does not know what a plan is.
Begin reading at: models.py, then audit.py (how every change is written), then asof.py (how the past is read).
"""
