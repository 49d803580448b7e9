"""A complete archive of a plan: history, frozen quarters and files, which a reader checks without planapp."""
