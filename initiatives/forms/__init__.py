"""Forms of the initiatives room."""
