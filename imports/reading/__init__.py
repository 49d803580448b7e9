"""A file of a stranger as sheets of plain cells, or a sentence why not. Begin reading at sheets.py."""
