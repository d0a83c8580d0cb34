"""What metrics ask of the events: their parameters as values, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from banso.measure.metrics.bases import MICRO, NUMBER_OPS, Base, Condition
from banso.measure.metrics.shape import Given
from banso.measure.metrics.shapes import shapes

CORE = "@core"
FEATURE = "@feature:"
STEPS = ("step1", "step2", "step3", "step4", "step5")


class Defined(Protocol):
    """What the evaluation needs of a definition."""

    @property
    def key(self) -> str: ...
    @property
    def shape(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Plan:
    """The definitions in the order in which they can be finished, and all that they are made of.

    ``tells_why``: the answers have a column ``<key>__why`` with the reason that a row has no value.
    """

    ordered: list[Defined]
    given: dict[str, Given]
    bases: list[Base]
    tells_why: bool = False


def given_of(
    params: Mapping[str, Any],
    core: Sequence[str],
    features: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Given:
    """Parameters as the shapes want them; ``core`` are the names of the core actions."""

    def names(key: str) -> tuple[str, ...] | None:
        return _names_of(str(params.get(key, "")), core, features)

    parts = params.get("parts") or [f"{FEATURE}{key}" for key in features]
    return Given(
        names=names("event"),
        after=names("after"),
        steps=tuple(names(key) or () for key in STEPS if params.get(key)),
        parts=tuple(_names_of(part, core, features) or () for part in parts),
        role=str(params.get("role", "")),
        other_role=str(params.get("other_role", "")),
        days=int(params.get("days", 28)),
        prop=str(params.get("property", "")),
        top=str(params.get("top", "")),
        bottom=str(params.get("bottom", "")),
        within=int(params.get("within", 14)),
        windows=int(params.get("windows", 8)),
        period=str(params.get("period", "")),
        way=str(params.get("way", "")),
        where=conditions_of(params),
    )


def _names_of(
    event: str, core: Sequence[str], features: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...] | None:
    """The names of an event, of all core actions, or of a feature; None for every event."""
    if event == CORE:
        return tuple(core)
    if event.startswith(FEATURE):
        return features.get(event.removeprefix(FEATURE), ())
    return (event,) if event else None


def conditions_of(params: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The filter of a definition; it is kept as ``where: [{"prop", "op", "value"}, …]``."""
    found = []
    for kept in params.get("where", ()):
        value, op = kept.get("value"), kept["op"]
        if op in NUMBER_OPS:
            found.append(Condition(kept["prop"], op, micros=round(float(value) * MICRO)))
        else:
            texts = value if isinstance(value, list) else [value] * (op != "exists")
            found.append(Condition(kept["prop"], op, tuple(str(text) for text in texts)))
    return tuple(found)


def planned(
    definitions: Sequence[Defined],
    core: Sequence[str],
    features: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Plan:
    given = {d.key: given_of(d.params, core, features) for d in definitions}
    made_of = {d.key: {given[d.key].top, given[d.key].bottom} - {""} for d in definitions}
    ordered = sorted(definitions, key=lambda d: bool(made_of[d.key]))
    bases = dict.fromkeys(b for d in ordered for b in shapes()[d.shape].bases(given[d.key]))
    return Plan(ordered, given, list(bases))
