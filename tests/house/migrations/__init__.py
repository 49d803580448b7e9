"""Two migrations of a table of their own, for the test that migrates while others work."""
