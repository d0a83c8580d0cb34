"""Counts of files are added up, so that a file is read once however often names are shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from banso.listen.events import rules

# What is kept of one file: names -> events, first, last; roles -> events;
# unknown account keys -> events, first, last; props -> name -> key -> events, sampled types
Found = dict[str, Any]
Seen = list[int]


@dataclass
class Change:
    """By how much files that came and files that went change the counts."""

    names: dict[str, Seen] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, Seen] = field(default_factory=dict)
    props: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    @property
    def takes_away(self) -> bool:
        """Events are gone, and first and last ones may be among them."""
        return any(seen[0] < 0 for seen in self.names.values())


def change(came: Iterable[Found], went: Iterable[Found]) -> Change:
    """The sum of what came without what went; first and last are those of what came."""
    made = Change()
    for sign, found in _signed(came, went):
        for part in ("names", "unknown"):
            for key, (n, first, last) in found[part].items():
                _add_seen(getattr(made, part), key, sign * n, first, last, sign > 0)
        for role, n in found["roles"].items():
            made.roles[role] = made.roles.get(role, 0) + sign * n
        for name, of_name in found["props"].items():
            sums = made.props.setdefault(name, {})
            for key, (n, types) in of_name.items():
                entry = sums.setdefault(key, [0, {}])
                entry[0] += sign * n
                for kind, k in types.items():
                    entry[1][kind] = entry[1].get(kind, 0) + sign * k
    return made


def summed(
    kept: list[dict[str, Any]],
    added: dict[str, list[Any]],
    examples: dict[str, str],
    hidden: Iterable[str],
) -> list[dict[str, Any]]:
    """The properties of a name after a change, most frequent first; hidden ones lose examples."""
    is_hidden = set(hidden)
    entries = {entry["key"]: dict(entry) for entry in kept}
    for key, (n, types) in added.items():
        entry = entries.setdefault(key, {"key": key, "seen": 0, "types": {}, "example": ""})
        entry["seen"] = entry.get("seen", 0) + n
        counts = entry.get("types", {})
        counts = {kind: counts.get(kind, 0) + types.get(kind, 0) for kind in {*counts, *types}}
        entry["types"] = {kind: k for kind, k in sorted(counts.items()) if k > 0}
        entry["example"] = examples.get(key) or entry["example"]
    found = [entry for entry in entries.values() if entry.get("seen", 0) > 0]
    found.sort(key=lambda entry: (-entry["seen"], entry["key"]))
    return [settled(entry, entry["key"] in is_hidden) for entry in found[: rules.MOST_PROPERTIES]]


def settled(entry: dict[str, Any], is_hidden: bool) -> dict[str, Any]:
    """An entry with what follows from its counts; no example of what is hidden or looks personal
    is kept.
    """
    kind = rules.type_among(entry.get("types", {}))
    personal = entry.get("personal", False) or rules.looks_personal(entry["key"], entry["example"])
    masked = is_hidden or personal
    return entry | {
        "type": kind,
        "numeric": kind == rules.NUMBER,
        "personal": personal,
        "hidden": is_hidden,
        "example": "" if masked else entry["example"],
    }


def _signed(came: Iterable[Found], went: Iterable[Found]) -> Iterator[tuple[int, Found]]:
    for found in came:
        yield 1, found
    for found in went:
        yield -1, found


def _add_seen(seen: dict[str, Seen], key: str, n: int, first: int, last: int, is_new: bool) -> None:
    was = seen.get(key)
    if was is None:
        seen[key] = [n, first, last]
        return
    was[0] += n
    if is_new:
        was[1], was[2] = min(was[1], first), max(was[2], last)
