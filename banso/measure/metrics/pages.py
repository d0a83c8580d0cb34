"""What the pages of metrics show, put together from reads, charts and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from banso.measure.metrics import charts, reads
from banso.measure.metrics.models import MetricDefinition, MetricVersion, Summary
from banso.measure.metrics.shape import Shape
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.wording import (
    REASONS,
    Words,
    changes,
    explained,
    sentence,
    served_unit,
    shown,
    title,
)

COURSE_WEEKS = 26
Pairs = Sequence[Sequence[float]]


def list_rows() -> list[dict[str, Any]]:
    """Each metric with its sentence and how its values lie."""
    words = Words()
    return [
        {
            "definition": definition,
            "sentence": sentence(definition, words),
            "icon": shapes()[definition.shape].icon,
            **_spread(getattr(definition, "summary", None), served_unit(definition)),
        }
        for definition in reads.listed_metrics()
    ]


def _spread(summary: Summary | None, unit: str) -> dict[str, Any]:
    if summary is None:
        return {"summary": None}
    return {
        "summary": summary,
        "median": shown(summary.median, unit),
        "q1": shown(summary.q1, unit),
        "q3": shown(summary.q3, unit),
    }


def detail_page(definition: MetricDefinition) -> dict[str, Any]:
    words = Words()
    summary: Summary | None = getattr(definition, "summary", None)
    points = reads.course_of(definition, weeks=COURSE_WEEKS)
    bins = summary.bins if summary else []
    unit = served_unit(definition)
    return {
        "definition": definition,
        "sentence": explained(definition.shape, definition.params, words),
        "shape": shapes()[definition.shape],
        "progress": reads.progress(definition),
        "histogram": charts.histogram(bins, unit) if bins else None,
        "bins": charts.bin_rows(bins, unit),
        "course": charts.course(points, unit) if len(points) > 1 else None,
        "course_rows": charts.course_rows(points, unit),
        "versions": _versions(definition, words),
        **_spread(summary, unit),
        **_ends(summary, unit),
    }


def _ends(summary: Summary | None, unit: str) -> dict[str, Any]:
    if summary is None:
        return {"ends": []}
    return _extremes(summary.highest, summary.lowest, unit)


def _extremes(highest: Pairs, lowest: Pairs, unit: str) -> dict[str, Any]:
    """Id, name and value of the customers at both ends, as far as they are still there."""
    names = reads.account_names([*highest, *lowest])

    def told(pairs: Pairs) -> list[tuple[int, str, str]]:
        known = [(int(pk), value) for pk, value in pairs if int(pk) in names]
        return [(pk, names[pk], shown(value, unit)) for pk, value in known]

    return {"highest": told(highest), "lowest": told(lowest)}


def _versions(definition: MetricDefinition, words: Words) -> list[dict[str, Any]]:
    """Newest first: what each meant, and what was another choice than before."""
    found = list(MetricVersion.objects.filter(definition=definition).select_related("by"))
    before = [*found[1:], None]
    return [
        {
            "version": version,
            "sentence": explained(version.shape, version.params, words),
            "changes": changes(version.shape, earlier.params, version.params, words)
            if earlier
            else [],
        }
        for version, earlier in zip(found, before, strict=True)
    ]


def preview_page(
    shape: Shape, params: dict[str, Any], unit: str, edited: MetricDefinition | None = None
) -> dict[str, Any]:
    """A definition that is not saved, in words and over the customers."""
    definition = MetricDefinition(key="preview", shape=shape.key, params=params, unit=unit)
    found, words = reads.preview(definition), Words()
    return {
        "sentence": sentence(definition, words),
        "changes": changes(shape.key, edited.params, params, words) if edited else [],
        "edited": edited,
        "next_version": edited.version + 1 if edited else 1,
        "preview": found,
        "lacking": [{"n": n, "why": REASONS[reason]} for reason, n in found.lacking],
        "median": shown(found.spread.median, unit),
        "q1": shown(found.spread.q1, unit),
        "q3": shown(found.spread.q3, unit),
        "histogram": charts.histogram(found.bins, unit) if found.bins else None,
        "bins": charts.bin_rows(found.bins, unit),
        **_extremes(found.highest, found.lowest, unit),
    }


def chosen_for(shape: Shape, params: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """The names and the unit that were given; where there is none, that of the definition."""
    made = dict(chosen)
    made["unit"] = made["unit"] or shape.unit_of(params)
    for language in ("en", "ja"):
        if not made[f"name_{language}"]:
            with translation.override(language):
                made[f"name_{language}"] = title(shape.key, params)[:120]
    return made


def saved_message(before: int, after: int) -> str:
    """What saving means for the values."""
    if before == after:
        return _("Saved.")
    return _(
        "Saved as version %(after)s. It is being computed back to the first event; version "
        "%(before)s serves until then."
    ) % {"before": before, "after": after}
