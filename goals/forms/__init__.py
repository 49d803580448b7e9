"""What people type about the shape of a plan: `structure`, and `new_plans` for a plan made from another one."""
