"""Sending an e-mail through the partner's own server; the only place that speaks SMTP."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
TIMEOUT = 10.0


class MailError(Exception):
    """The e-mail was not sent, in words; `may_try_again` when the server never got to see it."""

    def __init__(self, message: str, *, may_try_again: bool) -> None:
        super().__init__(message)
        self.may_try_again = may_try_again


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    tls: bool
    """Whether the line is closed from the start; else it is closed as soon as the server offers it."""
    user: str
    password: str
    sender: str


def server_of(address: str) -> MailServer:
    """The server that `smtp[s]://user:password@host:port/?from=…` names; raises ValueError in words."""
    target = urlsplit(address)
    senders = parse_qs(target.query).get("from", [])
    if target.scheme not in PORTS or not target.hostname:
        raise ValueError("it must begin with smtp:// or smtps:// and name a host.")
    if len(senders) != 1 or "@" not in senders[0] or not senders[0].isprintable():
        raise ValueError("it must say who sends, as in smtp://mail.example.com/?from=gangway@example.com")
    return MailServer(
        host=target.hostname,
        port=target.port or PORTS[target.scheme],
        tls=target.scheme == "smtps",
        user=unquote(target.username or ""),
        password=unquote(target.password or ""),
        sender=senders[0],
    )


def send(server: MailServer, to: str, subject: str, text: str) -> None:
    """Send one e-mail; raises MailError. What a name carries cannot become a header."""
    message = EmailMessage()
    message["From"], message["To"] = server.sender, to
    message["Subject"] = " ".join(subject.split())
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="gangway")
    message.set_content(text)
    try:
        line = _open(server)
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"the mail server could not be used: {error}", may_try_again=True) from error
    try:
        line.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"the mail server did not take it: {error}", may_try_again=False) from error
    finally:
        with suppress(OSError, smtplib.SMTPException):
            line.quit()


def _open(server: MailServer) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    line: smtplib.SMTP
    if server.tls:
        line = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=safe)
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        line.ehlo_or_helo_if_needed()
        if not server.tls and line.has_extn("starttls"):
            line.starttls(context=safe)
        if server.user:
            line.login(server.user, server.password)
    except (OSError, smtplib.SMTPException):
        line.close()
        raise
    return line
