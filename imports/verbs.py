"""What the log says of imports."""

from records.verbs import FIELDS, register

NOUN = "import"
register(NOUN, "Import", uploaded="File chosen for an import", applied="Import applied", dropped="Import dropped")
FIELDS.update({"created": "Created", "changed": "Changed", "cleared": "Cleared", "unchanged": "Unchanged"})
