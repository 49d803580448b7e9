"""Reads across the plan. `standing` is the one place that says how an initiative stands."""
