"""The sender without one of its protections at a time: for each, a named test has to fail."""
