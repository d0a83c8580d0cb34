"""What makes two rows of a file the same record."""

from __future__ import annotations

from banso.listen.imports.meaning.kinds import EVENTS, PEOPLE, SUBSCRIPTIONS
from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.reading.shapes import Chunk


def key_columns(mapping: Mapping) -> list[int]:
    """The columns whose texts together name a row; none when rows cannot repeat each other."""
    first = {
        EVENTS: ("event_id",),
        PEOPLE: ("external_id", "email", "name"),
        SUBSCRIPTIONS: ("external_id",),
    }.get(mapping.kind, ("external_id", "name"))
    key = next((place for target in first if (place := mapping.place_of(target)) is not None), None)
    account, start = mapping.place_of("account"), mapping.place_of("start")
    if mapping.kind == PEOPLE and key is not None:
        return [key] if account is None else [key, account]
    if mapping.kind == SUBSCRIPTIONS and key is None:
        return [place for place in (account, start) if place is not None]
    return [] if key is None else [key]


def row_keys(chunk: Chunk, places: list[int]) -> list[str]:
    """One text per row; empty when the first of its parts is."""
    if len(places) == 1:
        return [text.strip() for text in chunk.columns[places[0]]]
    parts = zip(*(chunk.columns[place] for place in places), strict=True)
    return ["\0".join(map(str.strip, line)) if line[0].strip() else "" for line in parts]
