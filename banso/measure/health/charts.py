"""What the charts of the health score show, as plain data."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from banso.measure.health.reads import Distribution

BIN_NAMES = [f"{low}–{low + 9 if low < 90 else 100}" for low in range(0, 100, 10)]


def histogram(now: Distribution, after: Distribution | None) -> dict[str, Any]:
    """Customers by score, now and with the changed weights."""
    series = [{"type": "bar", "name": _("Now"), "data": now.bins}]
    if after is not None:
        series.append({"type": "bar", "name": _("With these changes"), "data": after.bins})
    return {
        "grid": {"left": 48, "right": 8, "top": 36, "bottom": 28},
        "legend": {"show": after is not None, "top": 0},
        "color": ["#9aa9b5", "#0f6173"] if after is not None else ["#0f6173"],
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": BIN_NAMES},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }


def table(now: Distribution, after: Distribution | None) -> list[tuple[str, int, int | None]]:
    """The same as rows: score, customers now, customers with the changes."""
    rows = [
        (name, now.bins[i], after.bins[i] if after else None) for i, name in enumerate(BIN_NAMES)
    ]
    return [*rows, (_("No score"), now.none, after.none if after else None)]
