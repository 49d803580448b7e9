"""A whole plan as a file that comes back unchanged: the same sheets and headings that an import knows for its own."""
