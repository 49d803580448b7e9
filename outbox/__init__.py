"""Messages that must leave exactly once.

Owns: the outbox, kinds of message that other rooms register, the hand-over to the mail server, and what came of it.
May be imported by: people and every room above. Knows a person only as settings.AUTH_USER_MODEL; imports jobs, records.
Begin reading at: models.py, kinds.py, then services/sending.py.
"""
