from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from banso.measure.health.models import HealthModel
from banso.measure.health.reads import current_model, lines_in_force
from banso.measure.health.rules import Borders, Measure, as_json
from banso.measure.health.writes.model import save_model, with_marks
from banso.prove.prediction.models import Alternative, Comparison, ScoreCheck, ScoreQuarter
from banso.prove.prediction.reads import COMPARE, JOB
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
def keep_quarter(
    *, start: date, end: date, numbers: dict[str, Any], tell: bool
) -> ScoreQuarter | None:
    """Keep a quarter's verdict once; one that could not be judged yet may be judged later.

    ``tell``: it is the newest one, so whoever looks after the score hears of a drift.
    """
    known = ScoreQuarter.objects.select_for_update().filter(start=start).first()
    if known is not None and "reason" not in known.numbers:
        return None
    kept = known or ScoreQuarter(start=start, end=end)
    kept.model, kept.made_at = current_model(), clock.now()
    kept.numbers, kept.drifted = numbers, bool(numbers.get("drift"))
    kept.save()
    if kept.drifted and tell:
        record("score.drifted", by=None, quarter=kept.pk, start=start.isoformat())
    return kept


@transaction.atomic
def write_alternative(
    *,
    by: User,
    name: str,
    because: str,
    measures: Sequence[Measure],
    borders: Borders,
) -> Alternative:
    """Write another score down; it is compared in the background and changes nothing."""
    made = Alternative.objects.create(
        name=name, because=because, by=by, at=clock.now(),
        measures=as_json(with_marks(line) for line in measures), good_from=borders.good,
        watch_from=borders.watch,
    )  # fmt: skip
    record("score_alternative.written", by=by, alternative=made.pk, name=name)
    ask_for_comparison(alternative=made)
    return made


def ask_for_comparison(*, alternative: Alternative) -> Job:
    return enqueue(COMPARE, key=f"{COMPARE}:{alternative.pk}", alternative=alternative.pk)


@transaction.atomic
def keep_comparison(
    *,
    alternative: Alternative,
    data_cut: date,
    digest: str,
    numbers: dict[str, Any],
    changes: dict[str, Any],
) -> Comparison:
    """Keep how the alternative did beside the score in force; only the newest names customers."""
    for earlier in alternative.comparisons.filter(changes__has_key="customers"):
        earlier.changes = {k: v for k, v in earlier.changes.items() if k != "customers"}
        earlier.save(update_fields=["changes"])
    kept = Comparison.objects.create(
        alternative=alternative, model=current_model(), made_at=clock.now(), data_cut=data_cut,
        digest=digest, numbers=numbers, changes=changes,
    )  # fmt: skip
    record(
        "score_alternative.compared", by=None, alternative=alternative.pk, comparison=kept.pk,
        verdict=numbers["verdict"],
    )  # fmt: skip
    return kept


@transaction.atomic
def renew_changes(*, comparison: Comparison, changes: dict[str, Any]) -> None:
    """The past is the same, the customers' present scores are not."""
    if comparison.changes != changes:
        comparison.changes = changes
        comparison.save(update_fields=["changes"])
        record("score_alternative.renewed", by=None, comparison=comparison.pk)


@transaction.atomic
def take_alternative(*, by: User, alternative: Alternative, because: str) -> HealthModel:
    """Put it in force; the score before stays on record and can be put in force again."""
    model = save_model(by=by, measures=alternative.lines, borders=alternative.borders)
    alternative.taken_at, alternative.taken_because = clock.now(), because[:300]
    alternative.taken_as = model
    alternative.save(update_fields=["taken_at", "taken_because", "taken_as"])
    record("score_alternative.taken", by=by, alternative=alternative.pk, model=model.pk)
    return model


@transaction.atomic
def remove_alternative(*, by: User, alternative: Alternative) -> None:
    """Off the list; what was compared stays on record."""
    alternative.removed_at = clock.now()
    alternative.save(update_fields=["removed_at"])
    record("score_alternative.removed", by=by, alternative=alternative.pk)


@transaction.atomic
def reinstate(*, by: User, model: HealthModel) -> HealthModel:
    """Put an earlier version in force again, as a version of its own."""
    made = save_model(by=by, measures=model.lines, borders=model.borders)
    record("score_model.reinstated", by=by, model=made.pk, earlier=model.pk)
    return made


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
