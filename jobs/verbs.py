"""What the log says of what was removed on schedule."""

from records.verbs import register

register("retention", "Retention", applied="Removed what was kept long enough")
