"""On which days something happened, as bits: rows of days and what came first are read from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from banso.measure.metrics.world import Bools, Floats, Ints

SPAN = 56  # days of a word: seven bytes, so that words beside each other are bytes in a row
_BYTES = SPAN // 8
_NEVER = 1 << 19
_LOWEST = np.array([8, *((n & -n).bit_length() - 1 for n in range(1, 256))], dtype=np.int64)


@dataclass(frozen=True)
class ActiveDays:
    """``bits[b, customer]`` holds the days ``first + 8 * b`` and the seven after it, from its
    lowest bit on; ``first`` is a multiple of ``SPAN``.
    """

    first: int
    bits: NDArray[np.uint8]

    @classmethod
    def none(cls, customers: int) -> ActiveDays:
        return cls(0, np.zeros((0, customers), np.uint8))

    @classmethod
    def of_words(cls, customers: int, place: Ints, word: Ints, bits: Ints) -> ActiveDays:
        """From lines of customer, number of the word, and its days."""
        if not len(word):
            return cls.none(customers)
        low = int(word.min())
        made = np.zeros((customers, int(word.max()) - low + 1, 8), np.uint8)
        made[place, word - low] = bits.astype("<i8").view(np.uint8).reshape(-1, 8)
        return cls(low * SPAN, made[:, :, :_BYTES].reshape(customers, -1).T.copy())

    def of(self, place: Ints) -> ActiveDays:
        """Those of some customers."""
        return ActiveDays(self.first, self.bits[:, place])

    def spread_to(self, place: Ints, customers: int) -> ActiveDays:
        """The same lines at these places among all customers."""
        made = np.zeros((len(self.bits), customers), np.uint8)
        made[:, place] = self.bits
        return ActiveDays(self.first, made)

    def reaching(self, first: int, last: int) -> ActiveDays:
        """The same with room for these days."""
        if not len(self.bits):
            begin, end = first // SPAN, last // SPAN + 1
        else:
            begin = min(first, self.first) // SPAN
            end = max(last // SPAN + 1, (self.first + 8 * len(self.bits)) // SPAN)
        made = np.zeros(((end - begin) * _BYTES, self.bits.shape[1]), np.uint8)
        start = (self.first - begin * SPAN) // 8 if len(self.bits) else 0
        made[start : start + len(self.bits)] = self.bits
        return ActiveDays(begin * SPAN, made)

    def forget(self, since: int, until: int, which: Bools) -> None:
        """Without the days of a span, for some customers."""
        starts = self.first + 8 * np.arange(len(self.bits))
        ahead = (1 << np.clip(since - starts, 0, 8)) - 1
        after = 255 & ~((1 << np.clip(until + 1 - starts, 0, 8)) - 1)
        kept = (ahead | after).astype(np.uint8)
        self.bits[:, which] &= kept[:, None]

    def differs_from(self, other: ActiveDays) -> Bools:
        """For which customers the days are others."""
        if not len(self.bits) or not len(other.bits):
            both = self if len(self.bits) else other
            return np.asarray(both.bits.any(axis=0))
        last = max(self.first + 8 * len(self.bits), other.first + 8 * len(other.bits)) - 1
        first = min(self.first, other.first)
        one, two = self.reaching(first, last), other.reaching(first, last)
        return np.asarray((one.bits != two.bits).any(axis=0))

    def joined(self, other: ActiveDays) -> ActiveDays:
        """The days of both, of the same customers."""
        if not len(other.bits):
            return self
        last = other.first + 8 * len(other.bits) - 1
        made = self.reaching(other.first, last)
        start = (other.first - made.first) // 8
        made.bits[start : start + len(other.bits)] |= other.bits
        return made

    def first_since(self, since: Ints) -> Ints:
        """The first day on or after a day of each customer; far away where there is none."""
        found = np.full(self.bits.shape[1], _NEVER, dtype=np.int64)
        for number, line in enumerate(self.bits):
            start = self.first + 8 * number
            left = line & (255 << np.clip(since - start, 0, 8)).astype(np.uint8)
            is_new = (left != 0) & (found == _NEVER)
            found[is_new] = start + _LOWEST[left[is_new]]
        return found

    def weeks_in_a_row(self, as_of: int) -> Floats:
        """How many weeks, of seven days back from the day, had one without a gap."""
        alive = np.ones(self.bits.shape[1], dtype=bool)
        count = np.zeros(len(alive))
        for begin in range(as_of - 7, self.first - 7, -7):
            alive &= self._any_in_week(begin)
            if not alive.any():
                break
            count += alive
        return count

    def days_in_a_row(self, as_of: int, *, working: bool) -> Floats:
        """How many days had one without a gap; the last day before may still lack it."""
        days = self._days_before(as_of, working=working)
        count = self._on(next(days, self.first - 1)).astype(np.float64)
        alive = np.ones(len(count), dtype=bool)
        for day in days:
            alive &= self._on(day)
            if not alive.any():
                break
            count += alive
        return count

    def _days_before(self, as_of: int, *, working: bool) -> Iterator[int]:
        for day in range(as_of - 1, self.first - 1, -1):
            if not working or (day + 3) % 7 < 5:
                yield day

    def _on(self, day: int) -> Bools:
        place, bit = divmod(day - self.first, 8)
        return np.asarray(self._line(place) >> bit & 1, dtype=bool)

    def _any_in_week(self, begin: int) -> Bools:
        place, bit = divmod(begin - self.first, 8)
        both = self._line(place).astype(np.uint16) | self._line(place + 1).astype(np.uint16) << 8
        return np.asarray(both >> bit & 127, dtype=bool)

    def _line(self, place: int) -> NDArray[np.uint8]:
        if 0 <= place < len(self.bits):
            return np.asarray(self.bits[place])
        return np.zeros(self.bits.shape[1], np.uint8)
