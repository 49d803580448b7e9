"""What people do with a report: summary, sign-offs, completing, publishing, reopening; and what it then says."""
