"""Rows side by side: where groups of them begin, what they sum up to, and how users come so."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from banso.measure.metrics.world import Ints

_BITS = 63
Key = NDArray[np.int64] | NDArray[np.int32] | NDArray[np.bool_]


def begins_of(*keys: Key) -> Ints:
    """Where one of the keys is another than in the row before."""
    changes = np.zeros(len(keys[0]), dtype=bool)
    changes[:1] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changes)


def sums_of(values: NDArray[np.signedinteger[Any]], begins: Ints) -> Ints:
    """The sum of each group, if that has room in 64 bits: sums of all rows may run over them, their
    differences are right nevertheless.
    """
    if not len(begins):
        return np.zeros(0, np.int64)
    ends = np.append(begins[1:], len(values)) - 1
    found: Ints = np.cumsum(values, dtype=np.int64)[ends]
    found[1:] -= found[:-1].copy()
    return found


def by_user(place: Key, user: Key, *then: Key) -> tuple[Ints, Ints]:
    """The order by customer, user and what follows, and where each of these begins.

    ``place`` numbers the customers from 0. Sorted is what a customer's place and the first bits of
    the user's number say together: quick where every customer's rows lie side by side already.
    Where that does not tell users apart, all is compared.
    """
    room = _BITS - int(place.max(initial=0)).bit_length()
    key = place.astype(np.int64) << room
    key |= (user.view(np.uint64) >> np.uint64(64 - room)).view(np.int64)
    order = np.argsort(key, kind="stable")
    if not _is_in_order(key[order], user[order], *(one[order] for one in then)):
        order = np.lexsort([*then[::-1], user, place])
    return order, begins_of(place[order], user[order], *(one[order] for one in then))


def _is_in_order(key: Ints, user: Key, *then: Key) -> bool:
    """Whether users with the same first bits are the same, and what follows comes in turn."""
    same = key[1:] == key[:-1]
    if np.any(same & (user[1:] != user[:-1])):
        return False
    return not any(np.any(same & (one[1:] < one[:-1])) for one in then)
