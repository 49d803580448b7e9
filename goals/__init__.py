"""The shape of a plan: plan, focus areas, strategies, outside priorities, fiscal quarters.

Owns: Plan, Goal, Strategy, Priority and the calendar they live by.
May be imported by: initiatives and the rooms above it. Imports: people. It does not know that initiatives exist.
Begin reading at: models.py, then quarters.py.
"""
