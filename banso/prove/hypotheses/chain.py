"""The chain of the ledger: each entry holds the digest of the one before, so none can be changed,
left out or put in between without all later digests being wrong.

digest = SHA-256 of: number, digest before, moment, kind, content, each on a line, in UTF-8.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Protocol

FIRST = "0" * 64
_SHORT = 1e16  # from here on a number is written in its shortest form


class Linked(Protocol):
    """What the chain needs of an entry."""

    @property
    def number(self) -> int: ...
    @property
    def moment(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def before(self) -> str: ...
    @property
    def digest(self) -> str: ...


def canonical(content: Any) -> str:
    """JSON with sorted keys and no spaces: the same text for the same content.

    Whole numbers have no decimals, since databases differ in whether 15.0 stays 15.0; from 1e16 on
    they are written as 1e+16, since PostgreSQL gives them back with all their zeros.
    """
    return json.dumps(
        _plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, int | float) and abs(value) >= _SHORT:
        return float(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def digest_of(*, number: int, before: str, moment: str, kind: str, content: str) -> str:
    lines = "\n".join((str(number), before, moment, kind, content))
    return hashlib.sha256(lines.encode()).hexdigest()


def broken_at(entries: Iterable[Linked]) -> int | None:
    """The first number at which the chain, in order, does not hold; None when it does."""
    before = FIRST
    for expected, entry in enumerate(entries, start=1):
        made = digest_of(
            number=entry.number,
            before=entry.before,
            moment=entry.moment,
            kind=entry.kind,
            content=entry.content,
        )
        if entry.number != expected or entry.before != before or entry.digest != made:
            return expected
        before = entry.digest
    return None
