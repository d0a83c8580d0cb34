from __future__ import annotations

from banso.prove.prediction.models import ScoreCheck

JOB = "prediction.check"


def latest_check() -> ScoreCheck | None:
    return ScoreCheck.objects.select_related("model").first()


def earlier_checks(most: int = 12) -> list[ScoreCheck]:
    """The checks before the latest, the newest first."""
    return list(ScoreCheck.objects.all()[1 : most + 1])
