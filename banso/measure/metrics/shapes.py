"""The shapes of the catalogue, by key: every file of ``catalog/`` is one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.measure.metrics import catalog
from banso.measure.metrics.shape import Shape

Group = tuple[str | Promise, tuple[str, ...]]
GROUPS: tuple[Group, ...] = (
    (
        _("How much"),
        (
            "recent_count",
            "active_users",
            "recent_users",
            "seats_active",
            "early_count",
            "property_sum",
            "property_last",
        ),
    ),
    (_("More or less than before"), ("recent_trend", "own_past", "streak")),
    (_("How fast"), ("days_to_first", "days_to_first_after")),
    (
        _("How broadly, and how far"),
        ("feature_entropy", "funnel", "role_conversion", "role_ratio", "ratio"),
    ),
)


def needs_seats(keys: Iterable[str]) -> bool:
    """Whether one of the shapes looks at the seats of contracts."""
    return any(shapes()[key].needs_seats for key in keys)


@cache
def shapes() -> dict[str, Shape]:
    """In the order of GROUPS, a new file after them."""
    found: dict[str, Shape] = {}
    for module in iter_modules(catalog.__path__):
        shape: Shape = import_module(f"{catalog.__name__}.{module.name}").SHAPE
        if shape.key != module.name:
            raise ValueError(f"catalog/{module.name}.py defines {shape.key!r}: give both one name")
        found[shape.key] = shape
    order = {key: place for place, key in enumerate(k for _label, keys in GROUPS for k in keys)}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def grouped() -> list[tuple[str | Promise, list[Shape]]]:
    """The shapes by what they tell; one that no group names is in the last."""
    placed = {key: place for place, (_label, keys) in enumerate(GROUPS) for key in keys}
    found: list[tuple[str | Promise, list[Shape]]] = [(label, []) for label, _keys in GROUPS]
    for key, shape in shapes().items():
        found[placed.get(key, -1)][1].append(shape)
    return found
