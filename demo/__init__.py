"""The sample plan.

Owns: the OIT plan with sample activity, and `make demo`.
May be imported by: nobody but manage.py.
Begin reading at: load.py.
"""
