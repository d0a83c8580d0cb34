"""What a bulk upsert makes of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CREATED, CHANGED, SAME = "created", "changed", "same"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row: own fields are named ``custom.<key>``."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """``pk`` is None for a row that a dry run would create."""

    state: str
    pk: int | None = None
    changes: tuple[Change, ...] = ()


def differences(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    """The fields of ``new`` that differ; of ``custom`` only the keys that stand in ``new``."""
    found = []
    for name, value in new.items():
        if name == "custom":
            own = old["custom"]
            found += [
                Change(f"custom.{key}", own.get(key), part)
                for key, part in value.items()
                if own.get(key) != part
            ]
        elif old[name] != value:
            found.append(Change(name, old[name], value))
    return tuple(found)
