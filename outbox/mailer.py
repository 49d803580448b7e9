"""Hand one rendered message to the mail server, and say in words what came of it."""

import hashlib
import math
import smtplib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.policy import Compat32
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from jobs.failpoints import failpoint
from outbox.models import Message


@dataclass(frozen=True)
class Accepted:
    """The server said 250, or the backend took it."""


@dataclass(frozen=True)
class Refused:
    """The server does not have the mail. `is_final`: it never will take it."""

    words: str
    is_final: bool


@dataclass(frozen=True)
class Unreachable:
    """Nobody took anything: the server is away. Says nothing about this message."""

    words: str


@dataclass(frozen=True)
class Unknown:
    """The connection broke after the text was on its way: only the relay knows."""

    words: str


Outcome = Accepted | Refused | Unreachable | Unknown


class AsEncoded(Compat32):
    """Writes headers as Django encoded and folded them: folding them once more is a fifth of making a mail."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}".replace("\n", self.linesep).encode("ascii") + self.linesep.encode("ascii")


AS_ENCODED = AsEncoded()


class FixedMail(EmailMultiAlternatives):
    """A mail whose every byte is decided by its row: Message-ID, date and boundary included."""

    def __init__(self, row: Message, headers: Mapping[str, str]) -> None:
        super().__init__(
            subject=row.subject,
            body=row.text,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[row.to_address],
            headers={"Message-ID": row.message_id, "Date": format_datetime(row.date), **headers},
        )
        if row.html:
            self.attach_alternative(row.html, "text/html")
        self.boundary = "=_" + hashlib.sha256(row.message_id.encode()).hexdigest()[:32]
        # Written out here, so that what cannot be written fails before anybody hears of it.
        self.content: bytes = self.message().as_bytes(linesep="\r\n")

    def message(self, **kwargs: Any) -> Any:
        content: Any = super().message(**kwargs)
        content.policy = AS_ENCODED
        if content.is_multipart():
            content.set_boundary(self.boundary)
        return content


class Mailer:
    """One connection for many mails; opened when needed, opened again after it broke."""

    def __init__(self) -> None:
        self.backend: Any = get_connection(fail_silently=False)

    def __enter__(self) -> "Mailer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, whatever state it is in."""
        try:
            self.backend.close()
        except (OSError, smtplib.SMTPException):
            self.backend.connection = None

    def hand_over(self, mail: FixedMail, before: float = math.inf) -> Outcome:
        """Send it, outside any transaction; not when `before` (time.monotonic) has passed until the text's turn."""
        if isinstance(self.backend, SmtpBackend):
            return self._by_smtp(mail, before)
        try:
            failpoint("before_data")
            self.backend.send_messages([mail])
            failpoint("after_250")
        except OSError as error:
            return Refused(f"The mail folder did not take it: {error.strerror or error}.", is_final=False)
        return Accepted()

    def _by_smtp(self, mail: FixedMail, before: float) -> Outcome:
        """The dialogue by hand, to know how far it came: up to DATA a broken connection means "not taken"."""
        sender = mail.from_email.rpartition("<")[2].rstrip(">")
        try:
            self.backend.open()
            server: smtplib.SMTP = self.backend.connection
            server.ehlo_or_helo_if_needed()
            refused = (
                self._ask(lambda: server.mail(sender))
                or self._ask(lambda: server.rcpt(mail.to[0]))
            )  # fmt: skip
            failpoint("before_data")
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Unreachable(f"The mail server cannot be reached: {_words(error)}.")
        if refused is not None:
            return refused
        if time.monotonic() > before:
            self.close()
            return Unknown("This sender was stopped for so long that another may have sent the mail.")
        return self._data(server, mail.content)

    def _data(self, server: smtplib.SMTP, content: bytes) -> Outcome:
        try:
            code, text = server.data(content)
            failpoint("after_250")
        except smtplib.SMTPDataError as error:  # the server refused DATA itself: it has nothing
            return self._refused(error.smtp_code, error.smtp_error)
        except Exception as error:  # whatever it was, the text was on its way
            self.close()
            return Unknown(f"The connection broke while the mail was handed over: {_words(error)}.")
        return Accepted() if code == 250 else self._refused(code, text)

    def _ask(self, command: Callable[[], tuple[int, bytes]]) -> Refused | None:
        code, text = command()
        if code in (250, 251):
            return None
        return self._refused(code, text)

    def _refused(self, code: int, text: bytes | str) -> Refused:
        """Leave the connection fit for the next mail."""
        if code == 421:  # with which a server hangs up
            self.close()
        else:
            self._reset()
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        said = " ".join(said.split())[:200]
        if code >= 500:
            return Refused(f"The mail server refused it for good: {code} {said}", is_final=True)
        return Refused(f"The mail server put it off: {code} {said}", is_final=False)

    def _reset(self) -> None:
        try:
            self.backend.connection.rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps it
        return "no answer in time"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"[:200]
    return (str(error) or type(error).__name__)[:200]
