"""How often one address may knock at links that are nobody's, and begin answers by public links.

Counted in each web process; nothing is written down, and an address is forgotten soon.
"""

from __future__ import annotations

import threading
import time

from django.conf import settings
from django.http import HttpRequest

# attempts that are free at once, and how many come back a second
MISSES = (60.0, 0.5)
BEGINNINGS = (300.0, 0.2)
MOST_KEPT = 20_000
_levels: dict[tuple[str, str], tuple[float, float]] = {}
_lock = threading.Lock()


def address_of(request: HttpRequest) -> str:
    """Who asks: behind a proxy that is trusted, the last address it was told."""
    if settings.BEHIND_PROXY:
        forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
        return forwarded.rpartition(",")[2].strip()[:60]
    return str(request.META.get("REMOTE_ADDR", ""))[:60]


def may_go_on(request: HttpRequest, what: str, limits: tuple[float, float]) -> bool:
    """Take one attempt of the address; False when none is left for now."""
    most, per_second = limits
    key, now = (what, address_of(request)), time.monotonic()
    with _lock:
        if len(_levels) > MOST_KEPT:
            _levels.clear()
        level, at = _levels.get(key, (most, now))
        level = min(most, level + (now - at) * per_second)
        _levels[key] = (level - 1 if level >= 1 else level, now)
        return level >= 1


def is_blocked(request: HttpRequest, what: str, limits: tuple[float, float]) -> bool:
    """Whether the address has no attempt left, without taking one."""
    most, per_second = limits
    with _lock:
        level, at = _levels.get((what, address_of(request)), (most, 0.0))
        return level + (time.monotonic() - at) * per_second < 1


def forget() -> None:
    """Start anew; tests need it."""
    with _lock:
        _levels.clear()
