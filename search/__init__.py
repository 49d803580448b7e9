"""Finding anything by typing: one box, one page, what one may see.

Owns: what is looked for and how it is told, the question to either database, the page and its suggestions. The index
itself belongs to the rooms whose rows it holds (records/search_index.py).
May be imported by: planapp. Imports: selectors and models of reports, initiatives, goals, people; never a service.
Begin reading at: finding.py, then kinds.py.
"""
