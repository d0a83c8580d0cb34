"""Several answers in one transaction: one sync of the disk for all that came meanwhile.

SQLite writes one transaction after the other, and each waits for the disk. Whoever comes while one
is written waits, and the next to write takes all of them. Where one of them may not do what it
wants, all are done again, each in a savepoint of its own, so that it undoes nobody else's: work
must begin by reading what it rests on. Everybody is answered after the commit.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, transaction

from banso.shared.journal.writes import changes_gathered

T = TypeVar("T")
MOST = 64
_waiting: deque[_Wish] = deque()
_writing = threading.Lock()


@dataclass
class _Wish:
    work: Callable[[], Any]
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None


def together(work: Callable[[], T]) -> T:
    """What ``work`` gives, once it is on the disk; what it raises, with nothing of it kept."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            return work()
    wish = _Wish(work)
    _waiting.append(wish)
    while not wish.done.is_set():
        with _writing:
            if not wish.done.is_set():
                _write([_waiting.popleft() for _ in range(min(MOST, len(_waiting)))])
    if wish.error is not None:
        raise wish.error
    result: T = wish.result
    return result


def _write(wishes: list[_Wish]) -> None:
    try:
        try:
            with transaction.atomic(), changes_gathered():
                for wish in wishes:
                    wish.result = wish.work()
        except Exception:  # noqa: BLE001 - found again by whoever it belongs to
            with transaction.atomic(), changes_gathered():
                for wish in wishes:
                    _grant(wish)
    except BaseException as error:  # the whole transaction is gone, for everybody in it
        for wish in wishes:
            wish.error = error
        if not isinstance(error, Exception):
            raise
    finally:
        for wish in wishes:
            wish.done.set()


def _grant(wish: _Wish) -> None:
    try:
        with transaction.atomic():
            wish.result = wish.work()
    except Exception as error:  # noqa: BLE001 - handed to whoever wished it
        wish.error = error
