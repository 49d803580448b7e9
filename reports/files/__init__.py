"""Files of a report: asked for, built by a worker, kept, handed out, and known again by their fingerprint."""
