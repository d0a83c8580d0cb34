"""What the pages of metrics show, put together from reads, charts and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation

from banso.measure.metrics import charts, reads
from banso.measure.metrics.models import MetricDefinition, MetricVersion, Summary
from banso.measure.metrics.shape import Shape
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.wording import Words, sentence, shown, title

COURSE_WEEKS = 26


def list_rows() -> list[dict[str, Any]]:
    """Each metric with its sentence and how its values lie."""
    words = Words()
    return [
        {
            "definition": definition,
            "sentence": sentence(definition, words),
            "icon": shapes()[definition.shape].icon,
            **_spread(getattr(definition, "summary", None), definition.unit),
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
    return {
        "definition": definition,
        "sentence": sentence(definition, words),
        "shape": shapes()[definition.shape],
        "progress": reads.progress(definition),
        "histogram": charts.histogram(bins, definition.unit) if bins else None,
        "bins": charts.bin_rows(bins, definition.unit),
        "course": charts.course(points, definition.unit) if len(points) > 1 else None,
        "course_rows": charts.course_rows(points, definition),
        "versions": _versions(definition, words),
        **_spread(summary, definition.unit),
        **_ends(summary, definition.unit),
    }


def _ends(summary: Summary | None, unit: str) -> dict[str, Any]:
    if summary is None:
        return {"ends": []}
    names = reads.account_names([*summary.highest, *summary.lowest])

    def told(pairs: Sequence[Sequence[float]]) -> list[tuple[int, str, str]]:
        known = [(int(pk), value) for pk, value in pairs if int(pk) in names]
        return [(pk, names[pk], shown(value, unit)) for pk, value in known]

    return {"highest": told(summary.highest), "lowest": told(summary.lowest)}


def _versions(definition: MetricDefinition, words: Words) -> list[dict[str, Any]]:
    found = MetricVersion.objects.filter(definition=definition).select_related("by")
    return [
        {"version": v, "sentence": shapes()[v.shape].explain(words.phrases(v.params))}
        for v in found
    ]


def preview_page(shape: Shape, params: dict[str, Any], unit: str) -> dict[str, Any]:
    """A definition that is not saved, in words and over the customers."""
    definition = MetricDefinition(key="preview", shape=shape.key, params=params, unit=unit)
    found = reads.preview(definition)
    return {
        "sentence": sentence(definition),
        "preview": found,
        "median": shown(found.spread.median, unit),
        "q1": shown(found.spread.q1, unit),
        "q3": shown(found.spread.q3, unit),
        "histogram": charts.histogram(found.bins, unit) if found.bins else None,
        "bins": charts.bin_rows(found.bins, unit),
    }


def names_for(shape: Shape, params: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """The names that were given; where there is none, one made from the definition."""
    made = dict(chosen)
    for language in ("en", "ja"):
        if not made[f"name_{language}"]:
            with translation.override(language):
                made[f"name_{language}"] = title(shape.key, params)[:120]
    return made
