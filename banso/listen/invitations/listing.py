"""The list of all waves: those that were asked here, and those that came from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from banso.listen.invitations.models import Mailing
from banso.listen.invitations.presenting import progress_context
from banso.listen.surveys.models import Response, Survey, Wave
from banso.listen.surveys.slots import result_addresses


@dataclass(frozen=True)
class Row:
    """``answers``: handed in, whichever way; ``result``: where they can be read; ``asked``: the
    standing and progress of a wave that was asked here, None of one from a file.
    """

    wave: Wave
    answers: int
    result: str
    asked: dict[str, Any] | None


def every_wave(survey: Survey | None = None) -> QuerySet[Wave]:
    """The latest first."""
    waves = Wave.objects.all() if survey is None else Wave.objects.filter(survey=survey)
    made_here = Exists(Mailing.objects.filter(wave=OuterRef("pk")))
    return waves.annotate(made_here=made_here).select_related("survey").order_by("-opens_on", "-pk")


def rows_of(waves: Sequence[Wave]) -> list[Row]:
    answers = Response.objects.filter(wave__in=waves, submitted_on__isnull=False)
    counted = dict(answers.values_list("wave").annotate(n=Count("pk")))
    return [
        Row(
            wave,
            counted.get(wave.pk, 0),
            result_address(wave) if wave.pk in counted else "",
            progress_context(wave) if wave.made_here else None,  # type: ignore[attr-defined]
        )
        for wave in waves
    ]


def result_address(wave: Wave) -> str:
    """The first page that shows what came of a wave; "" where none does."""
    found = (address(wave) for address in result_addresses.values())
    return next((one for one in found if one), "")
