"""The shapes of the catalogue, by key: every file of ``catalog/`` is one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from banso.measure.metrics import catalog
from banso.measure.metrics.shape import Shape

ORDER = (
    "active_users",
    "recent_count",
    "recent_users",
    "recent_trend",
    "days_to_first",
    "early_count",
    "role_ratio",
    "role_conversion",
    "ratio",
    "property_sum",
    "property_last",
)


def needs_seats(keys: Iterable[str]) -> bool:
    """Whether one of the shapes looks at the seats of contracts."""
    return any(shapes()[key].needs_seats for key in keys)


@cache
def shapes() -> dict[str, Shape]:
    """Those that ORDER names first, a new file after them."""
    found: dict[str, Shape] = {}
    for module in iter_modules(catalog.__path__):
        shape: Shape = import_module(f"{catalog.__name__}.{module.name}").SHAPE
        if shape.key != module.name:
            raise ValueError(f"catalog/{module.name}.py defines {shape.key!r}: give both one name")
        found[shape.key] = shape
    order = {key: place for place, key in enumerate(ORDER)}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))
