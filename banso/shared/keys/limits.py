"""How fast each key is used. Every web process counts for itself: nothing is written for it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from banso.shared.keys.rules import Bucket

SECONDS_SAVED = 10
EVENTS, REQUESTS = "events", "requests"
_buckets: dict[tuple[int, str], Bucket] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Standing:
    """What a key may still do: for the RateLimit-* headers."""

    limit: int
    remaining: int
    reset: int
    wait: int

    def headers(self) -> dict[str, str]:
        said = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }
        return said | ({"Retry-After": str(self.wait)} if self.wait else {})


def take(*, key_id: int, cost: int, per_second: int, of: str = EVENTS) -> Standing:
    """Take tokens; when none is left nothing is taken and ``wait`` says for how long."""
    with _lock:
        now = time.monotonic()
        most = float(per_second * SECONDS_SAVED)
        bucket = _buckets.get((key_id, of))
        if bucket is None or bucket.most != most:
            bucket = _buckets[key_id, of] = Bucket(per_second, most, most, now)
        bucket.refill(now)
        wait = bucket.wait()
        if not wait:
            bucket.level -= cost
        return Standing(int(most), max(0, int(bucket.level)), bucket.until_full(), wait)


def charge(*, key_id: int, cost: int, of: str = EVENTS) -> Standing | None:
    """Take tokens for work that was let in already, into debt if need be."""
    with _lock:
        bucket = _buckets.get((key_id, of))
        if bucket is None:
            return None
        bucket.refill(time.monotonic())
        bucket.level -= cost
        return Standing(int(bucket.most), max(0, int(bucket.level)), bucket.until_full(), 0)


def forget() -> None:
    """Start anew; tests need it."""
    with _lock:
        _buckets.clear()
