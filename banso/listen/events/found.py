"""The properties of all events together, as one list."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from banso.listen.events import rules
from banso.listen.events.models import EventName


@dataclass
class FoundProperty:
    """A property, whichever events carry it."""

    key: str
    volume: int = 0
    of: int = 0
    types: dict[str, int] = field(default_factory=dict)
    events: list[EventName] = field(default_factory=list)
    example: str = ""
    personal: bool = False
    hidden: bool = False

    @property
    def type(self) -> str:
        return rules.type_among(self.types)

    @property
    def share(self) -> float:
        """Of the events whose names carry it."""
        return self.volume / self.of if self.of else 0.0


def found_properties(events: Iterable[EventName], hidden: Collection[str]) -> list[FoundProperty]:
    """Every property that came, with what is known of it; hidden ones of one event are left out."""
    found: dict[str, FoundProperty] = {}
    for event in events:
        for entry in event.properties:
            if entry["key"] in event.hidden_properties:
                continue
            one = found.setdefault(entry["key"], FoundProperty(entry["key"]))
            one.volume += entry.get("seen", 0)
            one.of += event.count
            one.events.append(event)
            for kind, n in entry.get("types", {}).items():
                one.types[kind] = one.types.get(kind, 0) + n
            one.example = one.example or entry["example"]
            one.personal |= entry.get("personal", False)
    for key in hidden:
        found.setdefault(key, FoundProperty(key)).hidden = True
    for one in found.values():
        if one.personal or one.hidden:
            one.example = ""
    return list(found.values())
