"""What a file would change in a plan, field by field, without changing anything. Begin reading at compare.py."""
