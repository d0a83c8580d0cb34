"""For whom levers may be moved, and where they stand."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.models import Wave
from banso.measure.experience.answers import kept, version
from banso.measure.experience.segments import SegmentField, segment_fields
from banso.prove.engine.levers import Levels
from banso.prove.scenarios.rules import Asked

MOST_VALUES = 30
LEVERS = ("trouble", "consulted", "above", "below")


def wheres(wave: Wave) -> list[Any]:
    """Whose levers may be moved: everybody, or one group of a field."""
    found: list[Any] = [("", _("all customers"))]
    if wave.is_anonymous:
        return found
    asof = version(wave)
    for key, field in segment_fields(wave.opens_on).items():
        names = kept(("names", wave.pk, key, asof), partial(_names, field, asof))
        if 1 < len(names) <= MOST_VALUES:
            rows = [(f"{key}|{name}", field.name(name)) for name in names]
            found.append((str(field.label), rows))
    return found


def _names(field: SegmentField, asof: Hashable) -> list[str]:
    """Looked for once: all customers stand behind them."""
    return sorted(set(field.groups(asof).names.tolist()) - {""})


def asked_where(given: Mapping[str, str], wave: Wave) -> Asked | None:
    """Whom it is about; None for a group that there is not."""
    where = given.get("where", "")
    known = {key for row in wheres(wave) for key, _n in _flat(row)}
    if where not in known:
        return None
    field, _bar, value = where.partition("|")
    return Asked(wave.pk, field, value)


def _flat(row: tuple[Any, Any]) -> list[tuple[str, Any]]:
    return list(row[1]) if isinstance(row[1], list) else [row]


def shown(now: Levels) -> dict[str, str]:
    """Where the levers stand, in percent, as the fields show it."""
    at = (now.trouble, now.consulted, now.answers[0], now.answers[2])
    return {name: f"{100 * value:.1f}" for name, value in zip(LEVERS, at, strict=True)}
