"""Metrics are defined, changed, taken out of use, and suggested."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from banso.listen.events.reads import event_names, role_names
from banso.measure.metrics.models import MetricDefinition, MetricVersion
from banso.measure.metrics.reads import known_facts
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.suggestions import (
    MOST,
    Found,
    Proposal,
    plain_part,
    proposals,
    slug,
)
from banso.measure.metrics.wording import Words, title
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User

NAMES = {
    "usage_28d": _("Usage (28 days)"),
    "usage_trend_28d": _("Change of usage (28 days)"),
    "days_to_first_event": _("Days to first use"),
    "days_to_first_value": _("Days to first value"),
    "early_usage_30d": _("Usage in the first 30 days"),
    "weeks_of_use_in_a_row": _("Weeks of use in a row"),
    "usage_own_past_28d": _("Usage against its own past (28 days)"),
    "seats_in_use_28d": _("Share of seats in use (28 days)"),
}


@transaction.atomic
def define_metric(
    *,
    by: User | None,
    shape: str,
    params: dict[str, Any],
    name_en: str,
    name_ja: str,
    unit: str = "",
    better: str | None = None,
    key: str = "",
) -> MetricDefinition:
    """Add a metric; it is computed back to the first event in the background."""
    definition = MetricDefinition.objects.create(
        key=_free_key(key or plain_part(name_en) or slug(name_en)),
        name_en=name_en,
        name_ja=name_ja,
        shape=shape,
        params=params,
        unit=unit or shapes()[shape].unit_of(params),
        better=shapes()[shape].better if better is None else better,
        serving_version=0,
        created_by=by,
        created_at=clock.now(),
    )
    _keep_version(definition, by)
    record("metric.defined", by=by, key=definition.key, version=1)
    enqueue("metrics.refresh", key="metrics.refresh")
    return definition


@transaction.atomic
def change_metric(
    *,
    by: User,
    definition: MetricDefinition,
    params: dict[str, Any],
    name_en: str,
    name_ja: str,
    unit: str,
    better: str,
) -> MetricDefinition:
    """Change a metric; other parameters make a new version, computed from the beginning."""
    is_new = params != definition.params
    definition.params, definition.unit, definition.better = params, unit, better
    definition.name_en, definition.name_ja = name_en, name_ja
    definition.version += is_new
    definition.save()
    if is_new:
        _keep_version(definition, by)
    record("metric.changed", by=by, key=definition.key, version=definition.version)
    enqueue("metrics.refresh", key="metrics.refresh")
    if is_new:
        enqueue("metrics.courses", key="metrics.courses")
    return definition


@transaction.atomic
def retire_metric(*, by: User, definition: MetricDefinition) -> None:
    """Take a metric out of use; its versions stay, and it is not suggested again."""
    definition.retired_at = clock.now()
    definition.save(update_fields=["retired_at"])
    record("metric.retired", by=by, key=definition.key)
    enqueue("metrics.refresh", key="metrics.refresh")


@transaction.atomic
def suggest_metrics() -> int:
    """Make the metrics that every organisation has, and some for what arrived; how many are new."""
    names = [Found(e.name, e.is_core, e.numeric_properties) for e in event_names()[:200]]
    if not names:
        return 0
    there = set(MetricDefinition.with_retired.values_list("key", flat=True))
    room = MOST - len(there)
    made: list[MetricDefinition] = []
    for proposal in proposals(names, [role.name for role in role_names()], known_facts()):
        is_free = proposal.is_default or proposal.is_wanted
        if proposal.key in there or (room <= 0 and not is_free):
            continue
        made.append(_proposed(proposal, place=len(there) + len(made)))
        room -= 1
    MetricDefinition.objects.bulk_create(made)
    for definition in made:
        _keep_version(definition, None)
    if made:
        record("metrics.suggested", by=None, keys=[definition.key for definition in made])
    return len(made)


def _proposed(proposal: Proposal, *, place: int) -> MetricDefinition:
    names = {}
    for language in ("en", "ja"):
        with translation.override(language):
            made_up = title(proposal.shape, proposal.params, Words(metrics={}))
            names[language] = str(NAMES.get(proposal.key, made_up))[:120]
    shape = shapes()[proposal.shape]
    return MetricDefinition(
        key=proposal.key,
        name_en=names["en"],
        name_ja=names["ja"],
        shape=proposal.shape,
        params=proposal.params,
        unit=shape.unit_of(proposal.params),
        better=shape.better,
        is_default=proposal.is_default,
        serving_version=0,
        position=place if proposal.is_default else 100 + place,
        created_at=clock.now(),
    )


def _keep_version(definition: MetricDefinition, by: User | None) -> None:
    MetricVersion.objects.create(
        definition=definition,
        version=definition.version,
        shape=definition.shape,
        params=definition.params,
        by=by,
        at=clock.now(),
    )


def _free_key(wanted: str) -> str:
    taken = set(MetricDefinition.with_retired.values_list("key", flat=True))
    wanted, number = wanted[:70] or "metric", 1
    key = wanted
    while key in taken:
        number += 1
        key = f"{wanted}_{number}"
    return key
