"""The door for refused events: ingest hands over what it could not keep, and why."""

from __future__ import annotations

from collections.abc import Iterable

from banso.listen.events import reasons, writes

EVENTS, SEGMENT = "events", "segment"
LONGEST_RAW = 16_000


def keep_refused(
    *, source: str, items: Iterable[tuple[str | bytes, str]], key_name: str = "", door: str = EVENTS
) -> int:
    """Keep (event as it was sent, reason) pairs for people to look at; how many there were.

    ``door`` says how a retry reads them: ``EVENTS`` for ours, ``SEGMENT`` for Segment's messages.
    Each source keeps its newest; the counts stay true for all.
    """
    return writes.keep_refusals(
        source=source,
        key_name=key_name,
        door=door,
        refusals=[(*_bounded(raw), reasons.code_of(said), said) for raw, said in items],
    )


def _bounded(raw: str | bytes) -> tuple[str, bool]:
    """The text without what a database cannot hold, and whether it was cut."""
    cut = len(raw) > LONGEST_RAW
    part = raw[:LONGEST_RAW]
    text = part.decode("utf-8", "replace") if isinstance(part, bytes) else part
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}"), cut
