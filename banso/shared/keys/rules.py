"""What an API key looks like, where a request carries it, and how fast it may be used."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from secrets import token_urlsafe

EVENTS_WRITE, PEOPLE_WRITE = "events:write", "people:write"
ACCOUNTS_WRITE, SUBSCRIPTIONS_WRITE = "accounts:write", "subscriptions:write"
TASKS_WRITE, SUCCESS_WRITE = "tasks:write", "success:write"
ACCOUNTS_READ, PEOPLE_READ, SUBSCRIPTIONS_READ = (
    "accounts:read",
    "people:read",
    "subscriptions:read",
)
NOTES_READ, EVENTS_READ, METRICS_READ = "notes:read", "events:read", "metrics:read"
SUCCESS_READ = "success:read"
HEALTH_READ, SIGNALS_READ, TASKS_READ = "health:read", "signals:read", "tasks:read"
VISITS_READ, EVIDENCE_READ, REVENUE_READ = "visits:read", "evidence:read", "revenue:read"
CHANGING = (
    EVENTS_WRITE,
    PEOPLE_WRITE,
    ACCOUNTS_WRITE,
    SUBSCRIPTIONS_WRITE,
    TASKS_WRITE,
    SUCCESS_WRITE,
)
READING = (
    ACCOUNTS_READ,
    PEOPLE_READ,
    SUBSCRIPTIONS_READ,
    NOTES_READ,
    SUCCESS_READ,
    EVENTS_READ,
    METRICS_READ,
    HEALTH_READ,
    SIGNALS_READ,
    TASKS_READ,
    VISITS_READ,
    EVIDENCE_READ,
    REVENUE_READ,
)
SCOPES = (*CHANGING, *READING)
MARK = "bns_"
PREFIX_LETTERS = 12
LONGEST_TOKEN = 200
SEEN_EVERY = timedelta(minutes=10)


def new_token() -> str:
    """A key of 256 random bits that can be recognised as one of ours."""
    return MARK + token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a key; 256 random bits need neither salt nor a slow hash."""
    return sha256(token.encode()).hexdigest()


def prefix_of(token: str) -> str:
    return token[:PREFIX_LETTERS]


def token_in(authorization: str) -> str:
    """The key in an Authorization header: Bearer, or the user name of Basic; empty for none."""
    kind, _, value = authorization.strip().partition(" ")
    value = value.strip()
    if kind.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode("ascii").partition(":")[0]
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return ""
    elif kind.lower() != "bearer":
        return ""
    return value if value.isascii() and len(value) <= LONGEST_TOKEN else ""


def is_due(last_used_at: datetime | None, now: datetime) -> bool:
    """Whether the last use is worth writing down again."""
    return last_used_at is None or now - last_used_at >= SEEN_EVERY


@dataclass
class Bucket:
    """Tokens that come back with time. What is taken may leave a debt, which is waited for."""

    per_second: float
    most: float
    level: float
    at: float

    def refill(self, now: float) -> None:
        self.level = min(self.most, self.level + max(0.0, now - self.at) * self.per_second)
        self.at = now

    def wait(self) -> int:
        """Whole seconds until one token is there; 0 when one is."""
        return 0 if self.level >= 1 else max(1, ceil((1 - self.level) / self.per_second))

    def until_full(self) -> int:
        return ceil((self.most - self.level) / self.per_second)
