"""Signing in by the city's own provider."""
