"""What the pages of the second step share."""

from django.urls import reverse

# In the session: that recovery codes are new and can be read.
SHOWN = "factor_codes_shown"


def trail(last: str = "") -> list[dict[str, str]]:
    found = [
        {"label": "Your profile", "href": reverse("people:profile")},
        {"label": "Second step at sign-in", "href": reverse("mfa_index") if last else ""},
    ]
    return [*found, {"label": last, "href": ""}] if last else found
