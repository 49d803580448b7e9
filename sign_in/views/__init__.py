"""Pages of signing in by the city's provider."""
