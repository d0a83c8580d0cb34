from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from banso.measure.health.models import HealthModel
from banso.measure.health.reads import current_model, lines_in_force
from banso.measure.health.writes.model import save_model
from banso.prove.prediction.models import ScoreCheck
from banso.prove.prediction.reads import JOB
from banso.shared import clock
from banso.shared.journal.models import Job
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User


@transaction.atomic
def ask_for_check(*, by: User | None) -> Job:
    """Hold the score against the renewals soon; asking twice does it once."""
    if by is not None:
        record("score_check.asked", by=by)
    return enqueue(JOB, key=JOB)


@transaction.atomic
def keep_check(*, data_cut: date, digest: str, numbers: dict[str, Any]) -> ScoreCheck:
    """Keep what was found beside what was found before."""
    kept = ScoreCheck.objects.create(
        model=current_model(),
        made_at=clock.now(),
        data_cut=data_cut,
        digest=digest,
        numbers=numbers,
    )
    record("score_check.finished", by=None, check=kept.pk)
    return kept


@transaction.atomic
def take_weights(*, by: User, check: ScoreCheck) -> HealthModel:
    """Put the blended weights in force; the marks stay, and the old weights stay on record."""
    told = {row["key"]: row["blended"] for row in check.numbers["weights"]}
    lines = [replace(line, weight=told.get(line.key, line.weight)) for line in lines_in_force()]
    model = save_model(by=by, measures=lines)
    check.chosen_at = clock.now()
    check.save(update_fields=["chosen_at"])
    record("score_check.chosen", by=by, check=check.pk, model=model.pk)
    return model
