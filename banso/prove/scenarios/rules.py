"""What is tried out, and what may be. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from banso.prove.engine.levers import Levels

MONTHS = 12
STATED, CALIBRATED = "stated", "calibrated"
TRANSFER, GAP = 0.5, 0.10
FEWEST_IN_LEAF = 10
FEWEST_ANSWERS, FEWEST_ACCOUNTS = 30, 10


@dataclass(frozen=True)
class Asked:
    """A change with its assumptions. ``field``, ``value``: whose levers are moved ("" all);
    levers None where they stay. transfer: what share of the gap between two leaves comes across;
    gap: by how many points (0..1) the risk of those who did not answer may differ; risk: STATED or
    CALIBRATED; cost in minor units of ``currency``.
    """

    wave: int
    field: str = ""
    value: str = ""
    trouble: float | None = None
    consulted: float | None = None
    above: float | None = None
    below: float | None = None
    transfer: float = TRANSFER
    gap: float = GAP
    risk: str = STATED
    cost: int = 0
    currency: str = ""

    def told(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Asked:
        return cls(**{name: told[name] for name in cls.__dataclass_fields__ if name in told})

    @property
    def where(self) -> str:
        return f"{self.field}|{self.value}" if self.field else ""

    def moved_only(self, now: Levels) -> Asked:
        """The same with None for every lever that stays where it is."""
        above, _at, below = now.answers
        mix = near(self.above, above) == above and near(self.below, below) == below
        return replace(
            self,
            trouble=None if near(self.trouble, now.trouble) == now.trouble else self.trouble,
            consulted=None if near(self.consulted, now.consulted) == now.consulted
            else self.consulted,
            above=None if mix else self.above,
            below=None if mix else self.below,
        )  # fmt: skip

    def levels(self, now: Levels) -> Levels:
        """Where the levers go; what was not said, or is where it is to a tenth of a percent,
        stays.
        """
        above, _at, below = now.answers
        up, down = near(self.above, above), near(self.below, below)
        mix = now.answers if (up, down) == (above, below) else (up, max(0.0, 1 - up - down), down)
        return Levels(
            near(self.trouble, now.trouble), near(self.consulted, now.consulted), _whole(mix)
        )


def near(asked: float | None, now: float) -> float:
    return now if asked is None or abs(asked - now) < 0.0006 else asked


def _whole(mix: tuple[float, float, float]) -> tuple[float, float, float]:
    total = sum(mix)
    return (mix[0] / total, mix[1] / total, mix[2] / total)


def due(began: date) -> date:
    """A year later; of a 29 February the 28th."""
    try:
        return began.replace(year=began.year + 1)
    except ValueError:
        return began.replace(year=began.year + 1, day=28)


def lies(value: float, low: float, high: float) -> str:
    """Where what came lies to what was expected: "below", "within" or "above"."""
    return "below" if value < low else "above" if value > high else "within"
