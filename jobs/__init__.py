"""Work that must not be lost.

Owns: rows that are claimed under a fence and a lease, and given back when whoever held them died.
May be imported by: outbox and every room above. Knows records only.
Begin reading at: models.py, claims.py.
"""
