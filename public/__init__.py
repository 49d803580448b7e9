"""What residents may read without signing in: published reports.

Owns: the pages under /public/, and the one place that decides what strangers may see.
May be imported by: planapp. Imports: selectors and models of reports, initiatives, goals, people; never a service.
Begin reading at: selectors.py.
"""
