"""A real SMTP server for tests: takes mails, refuses some addresses, hangs up, or is not there."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.test import override_settings


@dataclass
class MailServer:
    """``refuses``: address -> what RCPT is answered; ``on_mail`` is called when one was taken."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    hangs_up_at: set[str] = field(default_factory=set)
    on_mail: Callable[[EmailMessage], None] | None = None

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if address in str(mail["To"])]

    def text_to(self, address: str) -> str:
        """The words of the only mail to an address."""
        (mail,) = self.to(address)
        part = mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


class _Talk(socketserver.StreamRequestHandler):
    server: _Listening

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        mails = self.server.mails
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "RCPT":
                address = line[line.index("<") + 1 : line.index(">")]
                if address in mails.hangs_up_at:
                    return
                self.say(mails.refuses.get(address, "250 ok"))
            elif verb == "DATA":
                self.say("354 go on")
                self._take()
            else:
                self.say("250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.mails.mails.append(mail)
        if self.server.mails.on_mail:
            self.server.mails.on_mail(mail)
        self.say("250 taken")


class _Listening(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mails: MailServer


@contextmanager
def listening() -> Iterator[MailServer]:
    """A mail server that somebody else is told of."""
    with _Listening(("127.0.0.1", 0), _Talk) as found:
        found.mails = MailServer(port=found.server_address[1])
        thread = threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield found.mails
        found.shutdown()
        thread.join(5)


@contextmanager
def a_mail_server() -> Iterator[MailServer]:
    """Listening, with Django told to send through it."""
    with listening() as mails, through(mails.port):
        yield mails


@contextmanager
def through(port: int) -> Iterator[None]:
    """Django sends to this port of this machine, whether somebody listens there or not."""
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_TIMEOUT=5,
        DEFAULT_FROM_EMAIL="survey@example.jp",
    ):
        yield
