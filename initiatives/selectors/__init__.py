"""Reads across the plan. `status` is the one place that reads how an initiative stands."""
