"""Signing in with the city's own identity provider, what its groups mean here, and second factors."""
