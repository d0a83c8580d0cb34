"""Weights and marks are put in force, and open marks closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from banso.measure.health import rules
from banso.measure.health.models import HealthModel
from banso.measure.health.reads import borders_in_force, current_model, values_of
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User


@transaction.atomic
def save_model(
    *,
    by: User | None,
    measures: Sequence[rules.Measure],
    borders: rules.Borders | None = None,
) -> HealthModel:
    """Put other weights and marks in force, and other borders if told; every score is made anew."""
    borders = borders or borders_in_force()
    model = HealthModel.objects.create(
        measures=rules.as_json(measures), saved_by=by, saved_at=clock.now(),
        good_from=borders.good, watch_from=borders.watch,
    )  # fmt: skip
    record("health_model.saved", by=by, model=model.pk, measures=model.measures)
    enqueue("health.refresh", key="health.refresh")
    return model


@transaction.atomic
def model_with_marks() -> HealthModel:
    """The model in force; open marks are closed as soon as the customers' values allow it."""
    model = current_model()
    lines = model.lines if model else rules.DEFAULT_MEASURES
    closed = tuple(with_marks(line) for line in lines)
    if model is not None and closed == lines:
        return model
    borders = model.borders if model else rules.DEFAULT_BORDERS
    made = HealthModel.objects.create(
        measures=rules.as_json(closed), saved_by=None, saved_at=clock.now(),
        good_from=borders.good, watch_from=borders.watch,
    )  # fmt: skip
    record("health_model.proposed", by=None, model=made.pk, measures=made.measures)
    return made


def with_marks(line: rules.Measure) -> rules.Measure:
    """The line, its open marks proposed from the customers' values where these allow it."""
    if not line.is_open:
        return line
    marks = rules.proposed_marks(list(values_of(line.key)))
    return replace(line, low=marks[0], high=marks[1]) if marks else line
