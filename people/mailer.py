"""Mails about an account itself, to the address it had before the change: whoever took it over cannot hide that."""

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

from records.audit import Act


def tell_of_change(*, name: str, address: str, what: str, act: Act) -> None:
    """Once the change is committed; a mail server that is down stops nothing. What the system itself does is not told.

    Straight to the mail server and not through the outbox, which writes to the address a person has now.
    """
    if act.by is None:
        return
    context = {"name": name, "what": what, "by": act.by.name, "site_url": settings.SITE_URL, "home": settings.SITE_URL}
    text = render_to_string("people/email/account_changed.txt", context)

    def tell() -> None:
        send_mail("planapp: your account was changed", text, None, [address])

    transaction.on_commit(tell, robust=True)
