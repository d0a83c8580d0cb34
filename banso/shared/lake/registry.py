"""Where the stages that know customers say how an event's account key becomes an account."""

from __future__ import annotations

from collections.abc import Callable

from banso.shared.slots import Slot

Resolver = Callable[[list[str]], dict[str, int]]

account_keys: Slot[Resolver] = Slot("lake.account_keys")
_CHUNK = 500


def resolve(keys: list[str]) -> dict[str, int]:
    """The accounts behind the keys; the first resolver that knows a key decides."""
    found: dict[str, int] = {}
    for resolver in account_keys.values():
        missing = [key for key in keys if key not in found]
        for start in range(0, len(missing), _CHUNK):
            found.update(resolver(missing[start : start + _CHUNK]))
    return found
