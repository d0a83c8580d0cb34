from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from banso.listen.surveys.definition import Definition, parse
from banso.listen.surveys.models import Response, Survey, SurveyVersion, Wave

ANSWERS = Response.objects.filter(submitted_on__isnull=False)


def newest_version(survey: Survey) -> SurveyVersion:
    """The version that the editor shows: the last one, locked or not."""
    return survey.versions.order_by("-number")[0]


def surveys(*, archived: bool = False) -> QuerySet[Any]:
    """For the list: with the wording of their newest version, and how often they were asked."""
    newest = SurveyVersion.objects.filter(survey=OuterRef("pk")).order_by("-number")
    return (
        Survey.objects.filter(archived_at__isnull=not archived)
        .annotate(
            number=Subquery(newest.values("number")[:1]),
            document=Subquery(newest.values("definition")[:1]),
            changed_at=Subquery(newest.values("changed_at")[:1]),
            asked_times=_counted(Wave.objects.filter(survey=OuterRef("pk")), "survey"),
            last_asked=Max("waves__opens_on"),
            answered=_counted(ANSWERS.filter(wave__survey=OuterRef("pk")), "wave__survey"),
        )
        .order_by("-changed_at", "-pk")
    )


def _counted(rows: QuerySet[Any], by: str) -> Coalesce:
    """A count of its own: joined to one another, waves and answers would be counted together."""
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def counted_answers(survey: Survey) -> int:
    return ANSWERS.filter(wave__survey=survey).count()


def versions_of(survey: Survey) -> QuerySet[SurveyVersion]:
    """The newest first, with how often each was asked and answered."""
    return (
        survey.versions.select_related("by")
        .annotate(
            asked_times=_counted(Wave.objects.filter(version=OuterRef("pk")), "version"),
            answered=_counted(ANSWERS.filter(version=OuterRef("pk")), "version"),
        )
        .order_by("-number")
    )


def used_names(survey: Survey) -> dict[str, set[str]]:
    """Keys of the questions that any version had, and the values of their choices: what a name
    once meant it goes on meaning.
    """
    used: dict[str, set[str]] = {}
    for document in survey.versions.values_list("definition", flat=True):
        for question in parse(document).questions:
            values = used.setdefault(question.key, set())
            values.update(choice.value for choice in question.choices)
    return used


def definition_of(version: SurveyVersion) -> Definition:
    return parse(version.definition)


def handed_in(wave: Wave) -> QuerySet[Response]:
    """The answers that count: handed in, half-filled ones left out.

    ``submitted_on`` and not ``submitted_at`` says so, since anonymous answers keep the day alone.
    """
    return Response.objects.filter(wave=wave, submitted_on__isnull=False)
