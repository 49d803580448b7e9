"""Work that must not be lost.

Owns: rows that are claimed under a fence and a lease, moved on under both, and given back when whoever held them died.
May be imported by: outbox, reports and every room above. Knows records only.
Begin reading at: models.py, queue.py.
"""
