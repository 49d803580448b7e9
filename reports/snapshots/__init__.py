"""Frozen quarters: copied rows, their hashes, and whether they are as they were sealed."""
