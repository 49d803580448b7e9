"""Signing in with the city's own identity provider, what its groups mean here, and second steps.

Owns: the mapping of a provider's groups, what failed at a sign-in, second steps and passkeys (rows of django-allauth).
May be imported by: planapp and demo. Imports: people and the rooms below.
Begin reading at: arrivals.py (who came by the provider), then factors.py (what is shown besides a password).
"""
