"""What was computed from the contracts as they stand, kept in this process until one changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 24


class Memory:
    """The latest answers, all of one version; a new version forgets those of the one before."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._version: Hashable = None
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def of(self, version: Hashable, key: Hashable, make: Callable[[], T]) -> T:
        """The answer to `key`, made at its first question."""
        with self._lock:
            if version != self._version:
                self._version = version
                self._kept.clear()
            if key not in self._kept:
                self._kept[key] = make()
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            found: T = self._kept[key]
            return found


memory = Memory()
