"""What a mail server's answer means for the mail that was offered."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

SENT, REFUSED, LATER, TROUBLE = "sent", "refused", "later", "trouble"
FAULTS_OF_ADDRESS = (ValueError, UnicodeError)
FAULTS = (OSError, smtplib.SMTPException, *FAULTS_OF_ADDRESS)


@dataclass(frozen=True)
class Outcome:
    """``kind``: SENT; REFUSED for good; LATER for this address alone; TROUBLE: with everybody."""

    kind: str
    reason: str = ""
    told: str = ""


def outcome_of(error: Exception) -> Outcome:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, told = next(iter(error.recipients.values()), (550, b""))
        return _by_code(code, told, "refused")
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, error.smtp_error, "refused")
    if isinstance(error, FAULTS_OF_ADDRESS) and not isinstance(error, OSError):
        return Outcome(REFUSED, "bad_address", str(error))
    return Outcome(TROUBLE, "", told_of(error))


def _by_code(code: int, told: bytes | str, reason: str) -> Outcome:
    text = f"{code} {_text(told)}".strip()
    return Outcome(REFUSED if code >= 500 else LATER, reason, text)


def told_of(error: Exception) -> str:
    """What to show of a fault: the server's words where it said some."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}".strip()
    return f"{type(error).__name__}: {error}"


def _text(told: bytes | str) -> str:
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else told
