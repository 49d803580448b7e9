"""What every page needs.

Owns: the base of every form, one-time keys, words that come back after a sign-in, tables and files, template tags.
May be imported by: every room but records. Knows records only.
Begin reading at: pages.py, forms.py, tables.py.
"""
