"""A mapping: which column goes where and how its cells are read; kept as JSON and found again by
the header.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from unicodedata import normalize

from banso.listen.imports.meaning.dates import MONTH_FIRST
from banso.listen.imports.meaning.kinds import CUSTOM, EVENTS, PROP, REQUIRED, SKIP
from banso.listen.imports.reading.faults import Fault, fault


@dataclass(frozen=True)
class Column:
    """Where one column of the file goes. For a custom field or a property: its key, kind and when
    it is known.
    """

    name: str
    target: str = SKIP
    key: str = ""
    kind: str = "text"
    known_when: str = "changes"
    order: str = MONTH_FIRST


@dataclass(frozen=True)
class Mapping:
    kind: str
    columns: tuple[Column, ...]
    source: str = "file"
    currency: str = "JPY"
    event_name: str = ""
    snapshot_on: str = ""
    terms: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Mapping:
        return cls(**(kept | {"columns": tuple(Column(**column) for column in kept["columns"])}))

    def place_of(self, target: str) -> int | None:
        """The place of the column that goes to ``target``."""
        return next((i for i, column in enumerate(self.columns) if column.target == target), None)

    def places(self, target: str) -> list[tuple[int, Column]]:
        return [(i, column) for i, column in enumerate(self.columns) if column.target == target]

    def for_header(self, header: Sequence[str]) -> Mapping:
        """The same for a file with these columns in their own order; new columns are left out."""
        known = {column.name: column for column in self.columns}
        return replace(self, columns=tuple(known.get(name, Column(name)) for name in header))


def signature(header: Sequence[str]) -> str:
    """Equal for files with the same columns, in any order."""
    names = "\n".join(sorted(plain_header(name) for name in header))
    return hashlib.sha256(names.encode()).hexdigest()[:32]


def plain_header(name: str) -> str:
    """``customerID`` and ``Customer-Id`` are both ``customer id``."""
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", normalize("NFKC", name))
    return re.sub(r"[\s_\-./:()\[\]【】「」・]+", " ", text).strip().lower()


def key_of(name: str, taken: set[str]) -> str:
    """A key for a field of the organisation's own: ``Internet Service`` is ``internet_service``."""
    words = re.sub(r"[^a-z0-9]+", "_", plain_header(name)).strip("_")[:50]
    if not re.match(r"[a-z]", words):
        digest = hashlib.sha256(normalize("NFKC", name).encode()).hexdigest()[:8]
        words = f"f_{words}_{digest}".replace("__", "_") if words else f"f_{digest}"
    key, number = words, 2
    while key in taken:
        key, number = f"{words}_{number}", number + 1
    return key


def problems(mapping: Mapping) -> list[Fault]:
    """What keeps the mapping from being used, each as a sentence about the whole file."""
    found = []
    targets = [column.target for column in mapping.columns]
    for group in REQUIRED[mapping.kind]:
        if mapping.event_name and group == ("name",):
            continue
        if not any(target in targets for target in group):
            code = "event_name_missing" if group == ("name",) and mapping.kind == EVENTS else ""
            found.append(fault(code or "column_missing", targets=" ".join(group)))
    doubled = {t for t in targets if t not in (SKIP, CUSTOM, PROP) and targets.count(t) > 1}
    found += [fault("target_twice", targets=target) for target in sorted(doubled)]
    keys = [c.key for c in mapping.columns if c.target in (CUSTOM, PROP)]
    found += [fault("key_twice", key=key) for key in sorted({k for k in keys if keys.count(k) > 1})]
    if mapping.kind == "wide" and not mapping.snapshot_on:
        found.append(fault("snapshot_missing"))
    return found
