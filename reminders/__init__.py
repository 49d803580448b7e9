"""Who gets told what, exactly when.

Owns: the outbox of messages, what goes into them, and handing them to the mail server once.
May be imported by: planapp. Imports: initiatives, goals, people.
Begin reading at: models.py, then services.py (plan, claim, deliver, settle).
"""
