from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from banso.prove.prediction.models import Alternative, Comparison, ScoreCheck, ScoreQuarter
from banso.shared.journal.models import Job

JOB = "prediction.check"
COMPARE = "prediction.compare"


def latest_check() -> ScoreCheck | None:
    return ScoreCheck.objects.select_related("model").first()


def earlier_checks(most: int = 12) -> list[ScoreCheck]:
    """The checks before the latest, the newest first."""
    return list(ScoreCheck.objects.all()[1 : most + 1])


def alternatives() -> QuerySet[Alternative]:
    """Those that were not removed, the newest first, each with its newest comparison first."""
    newest = Prefetch("comparisons", Comparison.objects.order_by("-pk"), to_attr="newest_first")
    found = Alternative.objects.filter(removed_at=None).select_related("by", "taken_as")
    return found.prefetch_related(newest)


def alternative_for(pk: int) -> Alternative:
    """One alternative, or a 404; everybody signed in may read it."""
    return get_object_or_404(alternatives(), pk=pk)


def latest_comparison(alternative: Alternative) -> Comparison | None:
    return alternative.comparisons.select_related("model").order_by("-pk").first()


def taken_from() -> dict[int, Alternative]:
    """Which version of the score was once which alternative."""
    found = Alternative.objects.filter(taken_as__isnull=False)
    return {each.taken_as_id: each for each in found if each.taken_as_id}


def comparison_is_owed(alternative: Alternative) -> bool:
    key = f"{COMPARE}:{alternative.pk}"
    return Job.objects.filter(key=key, done_at=None, given_up_at=None).exists()


def quarters_judged(most: int = 12) -> list[ScoreQuarter]:
    """The last quarters, the oldest first."""
    return list(ScoreQuarter.objects.all()[:most])[::-1]
