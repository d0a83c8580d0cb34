"""A line of a tree and what its test gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from banso.prove.tree.models import Node
from banso.prove.tree.rules import State


@dataclass
class Edge:
    """A line from a node to the one above it, and what its test gave."""

    node: Node
    p: float | None = None
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    zone: float = 0.0
    leaks: bool = False
    state: State = "unknown"
    card: dict[str, Any] = field(default_factory=dict)

    @property
    def tested(self) -> bool:
        return self.p is not None and not self.leaks
