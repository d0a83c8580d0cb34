"""The actual of each node, how it went, and where it is going."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from banso.measure.metrics.models import MetricDefinition, Summary, Unit
from banso.measure.metrics.reads import course_of
from banso.prove.tree.goals import Standing, known_goals
from banso.prove.tree.models import Node
from banso.prove.tree.rules import Actual, Point, forecast

WEEKS = 26


def standing_of(node: Node, read: dict[str, Standing]) -> dict[str, Any]:
    """What is kept with a node; ``read`` has the standings of the goals."""
    found = read.get(node.goal) if node.goal else None
    if node.metric is not None:
        found = _of_metric(node.metric)
    if found is None:
        return {}
    kept: dict[str, Any] = {
        "actual": asdict(found.actual) if found.actual else None,
        "course": [[p.day.isoformat(), p.value, p.n] for p in found.course],
    }
    if node.target_on:
        lowest, highest = _bounds(node)
        ahead = forecast(found.course, on=node.target_on, lowest=lowest, highest=highest)
        if ahead:
            kept["forecast"] = asdict(ahead) | {"day": ahead.day.isoformat()}
    return kept


def _of_metric(metric: MetricDefinition) -> Standing:
    """The median over the customers that have a value, now and week by week."""
    summary = Summary.objects.filter(definition=metric).first()
    actual = None
    if summary is not None and summary.median is not None and summary.n:
        actual = Actual(summary.median, summary.n)
    points = [
        Point(week.day, week.median, week.n)
        for week in course_of(metric, weeks=WEEKS)
        if week.median is not None
    ]
    return Standing(actual, tuple(points))


def _bounds(node: Node) -> tuple[float | None, float | None]:
    if node.goal:
        goal = known_goals().get(node.goal)
        return (0.0, goal.highest) if goal and goal.unit == "share" else (None, None)
    unit = node.metric.unit if node.metric else ""
    if unit == Unit.SHARE:
        return 0.0, 1.0
    return (None, None) if unit == Unit.CHANGE else (0.0, None)


def read_goals(nodes: list[Node], *, data_cut: date, landmark_days: int) -> dict[str, Standing]:
    """The standing of each goal in the tree, read once."""
    known = known_goals()
    asked = {node.goal for node in nodes if node.goal} & known.keys()
    return {key: known[key].standing(data_cut, landmark_days) for key in asked}
