"""The work, and every page that shows progress.

Owns: initiatives, milestones, commitments, status updates; the one place that says how an initiative stands.
May be imported by: reports, reminders, planapp. Imports: goals, people.
Begin reading at: models/, then selectors/status.py (effective status, now and at any past moment), then services/.
"""
