"""Pages of the imports room."""
