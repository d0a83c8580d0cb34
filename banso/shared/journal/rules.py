"""How long a worker may hold a job, and when it tries again."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8


def wait_before_retry(attempts: int) -> timedelta:
    """2, 4, 8 … seconds, an hour at most."""
    return timedelta(seconds=min(2 ** max(attempts, 1), 3600))


def gives_up(attempts: int) -> bool:
    return attempts >= MOST_ATTEMPTS
