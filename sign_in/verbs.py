"""What the log says of signing in."""

from records.verbs import register

register(
    "factor", "Second step at sign-in", app_added="Authenticator app set up", app_removed="Authenticator app taken off",
    key_added="Passkey set up", key_removed="Passkey taken off", key_renamed="Passkey renamed",
    codes_renewed="New recovery codes made", code_used="Recovery code used", taken_off="Second step taken off",
)  # fmt: skip
register("group", "Group at sign-in", mapped="Group given a role", unmapped="Group gives a role no longer")
register("user", "Person", linked="Linked to the city’s sign-in")
