"""What people type about initiatives: `work` about one of them, `lists` about many."""
