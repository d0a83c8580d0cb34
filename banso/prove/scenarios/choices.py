"""For whom levers may be moved, and where they stand."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from banso.know.accounts.models import Account
from banso.listen.surveys.models import Wave
from banso.measure.experience.answers import kept, version
from banso.measure.experience.segments import SegmentField, segment_fields
from banso.prove.engine.levers import Levels
from banso.prove.scenarios.rules import Asked

MOST_VALUES = 30
COLUMNS = frozenset({"stage", "owner", "currency", "segment", "touch_model", "industry", "country"})
"""Fields that are a column of customers as they stand: the database knows which values occur."""
LEVERS = ("trouble", "consulted", "above", "below")


def wheres(wave: Wave) -> list[Any]:
    """Whose levers may be moved: everybody, or one group of a field."""
    found: list[Any] = [("", _("all customers"))]
    if wave.is_anonymous:
        return found
    asof = version(wave)
    for key, field in segment_fields(wave.opens_on).items():
        names = group_names(field, wave, asof)
        if 1 < len(names) <= MOST_VALUES:
            rows = [(f"{key}|{name}", field.name(name)) for name in names]
            found.append((str(field.label), rows))
    return found


def group_names(field: SegmentField, wave: Wave, asof: Hashable) -> list[str]:
    """The groups that there are. Looked for once: all customers stand behind them."""
    return kept(("names", wave.pk, field.key, asof), partial(_names, field, asof))


def _names(field: SegmentField, asof: Hashable) -> list[str]:
    if field.key in COLUMNS:
        values = Account.objects.order_by().values_list(field.key, flat=True).distinct()
        return sorted({str(value) for value in values if value is not None} - {""})
    return sorted(set(field.groups(asof).names.tolist()) - {""})


def asked_where(given: Mapping[str, str], wave: Wave, asof: Hashable) -> Asked | None:
    """Whom it is about; None for a group that there is not."""
    where = given.get("where", "")
    if not where:
        return Asked(wave.pk, "", "")
    key, _bar, value = where.partition("|")
    field = None if wave.is_anonymous else segment_fields(wave.opens_on).get(key)
    names = group_names(field, wave, asof) if field else []
    return Asked(wave.pk, key, value) if value in names and 1 < len(names) <= MOST_VALUES else None


def shown(now: Levels) -> dict[str, str]:
    """Where the levers stand, in percent, as the fields show it."""
    at = (now.trouble, now.consulted, now.answers[0], now.answers[2])
    return {name: f"{100 * value:.1f}" for name, value in zip(LEVERS, at, strict=True)}
