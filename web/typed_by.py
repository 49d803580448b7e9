"""Whom a form was drawn for, signed: only words typed into a form of ours are kept while somebody signs in again."""

from django.core.signing import BadSignature, TimestampSigner

from records.person import Person

LASTS = 14 * 24 * 60 * 60  # seconds a form may stand open
SIGNER = TimestampSigner(salt="web.typed_by")


def sign_writer(person: Person) -> str:
    return SIGNER.sign(str(person.pk))


def writer_of(text: str) -> str:
    """The number of the person; empty where no form of ours was drawn, or too long ago."""
    try:
        return SIGNER.unsign(text, max_age=LASTS)
    except BadSignature:
        return ""
